const data = JSON.parse(document.getElementById("data").textContent);
const strings = data.strings;
const verdicts = data.verdicts;
const run = data.run;

const decodePlace = (place) => (place ? `${strings[place[0]]}:${place[1]}` : "");

class Check {
  constructor(row, number) {
    this.number = number;
    this.row = row;
    this.id = row[0];
    this.name = row[1];
    this.scope = row[2];
    this.verdict = verdicts[row[3]];
    this.ms = row[4];
    this.finding = data.findings[row[5]];
  }

  get place() { return decodePlace(this.row[6]); }
  get fragment() { return `#check=${encodeURIComponent(this.id)}`; }
  get why() { return strings[this.row[7]]; }
  get tags() { return strings[this.row[8]]; }
  get cleanupFailed() { return strings[this.row[9]]; }
  get attempts() { return this.row[10].map(decodeAttempt); }
  get exchanges() { return this.row[11].map(decodeExchange); }
  get exchangesLeftOut() { return this.row[12]; }
  get log() { return this.row[13].map(([at, service, line]) => ({ at, service: strings[service], line: strings[line] })); }
  get isFine() { return this.verdict === "passed" || this.verdict === "skipped"; }

  get tellingAttempt() {
    const attempts = this.attempts;
    if (this.verdict !== "flaky") return attempts[attempts.length - 1];
    return attempts.filter((attempt) => attempt.verdict !== "passed").pop();
  }

  get haystack() {
    if (this.hay === undefined) {
      const steps = this.row[10].flatMap((attempt) => attempt[7]).map((step) => `${strings[step[1]]} ${strings[step[4]]}`);
      this.hay = [this.name, this.id, this.place, this.tags, this.why, data.scopes[this.scope][0], ...steps].join("\n").toLowerCase();
    }
    return this.hay;
  }
}

function decodeAttempt([number, agent, start, ms, verdict, why, isolation, steps]) {
  return { number, agent, start, ms, verdict: verdicts[verdict], why: strings[why], isolation: strings[isolation], steps: steps.map(decodeStep) };
}

function decodeStep([verb, on, verdict, ms, request, answer, expectations, isCleanup, error, place, mismatches, sightings]) {
  return {
    verb: strings[verb], on: strings[on], verdict: verdicts[verdict], ms, request: strings[request], answer: strings[answer],
    expectations, isCleanup: Boolean(isCleanup), error: error === undefined ? "" : strings[error], place: decodePlace(place),
    mismatches: (mismatches || []).map(([path, expected, got, why, spot]) => ({
      path: strings[path], expected: strings[expected], got: strings[got], why: strings[why], place: decodePlace(spot),
    })),
    sightings: (sightings || []).map(([at, saw]) => ({ at, saw: strings[saw] })),
  };
}

function decodeExchange([edge, request, answer, ended, at, ms, by]) {
  return { edge: strings[edge], request: strings[request], answer: strings[answer], ended: strings[ended], at, ms, by };
}

const checks = data.checks.map((row, number) => new Check(row, number));
