const BAD_ENDS = new Set(["failed", "cut", "refused", "timed out"]);

function showDetail(check) {
  const telling = check.tellingAttempt;
  const attempts = check.attempts;
  const home = make("div", { class: "attempt" });
  const show = (attempt) => { home.replaceChildren(...attemptParts(attempt)); letKeysScroll(home); };
  const buttons = attempts.map((attempt) => make("button", { type: "button", class: "chip", click: () => choose(attempt.number) }, `attempt ${attempt.number} `, make("span", { class: attempt.verdict }, `${SIGNS[attempt.verdict]} ${attempt.verdict}`)));
  const choose = (number) => {
    buttons.forEach((button, index) => button.setAttribute("aria-pressed", attempts[index].number === number));
    show(attempts.find((attempt) => attempt.number === number));
  };
  if (telling) choose(telling.number);
  return make("div", { class: "detail" },
    make("p", { class: "facts" }, [check.place, check.tags, telling && telling.isolation ? `isolation ${telling.isolation}` : "", check.id].filter(Boolean).map((fact) => make("span", {}, fact)), copyButton(location.href.split("#")[0] + check.fragment, "copy link")),
    because(check),
    attempts.length > 1 ? make("div", { class: "tabs" }, buttons) : "",
    home, faultsPart(check), exchangesPart(check), logPart(check));
}

// What a row says in full above is not said again.
function because(check) {
  const finding = check.finding;
  if (check.verdict === "skipped" || (!finding && !check.why && !check.cleanupFailed)) return "";
  const others = finding ? finding.checks.length - 1 : 0;
  return make("div", { class: `because toned ${finding ? finding.verdict : check.verdict}` },
    finding ? make("div", {}, finding.likely.includes(check.number) ? "likely " : "", make("b", {}, finding.title), finding.when ? `, ${finding.when}` : "", others ? make("span", { class: "soft" }, ` (${spellCount(others, "other check")} too)`) : "") : "",
    check.why ? make("div", { class: finding ? "soft" : "" }, check.why) : "",
    check.cleanupFailed ? make("div", {}, `cleanup failed: ${check.cleanupFailed}`) : "",
    finding ? evidenceLines(finding.evidence) : "", finding ? nextSteps(finding.next) : "");
}

function attemptParts(attempt) {
  const acts = attempt.steps.filter((step) => !step.isCleanup);
  const cleanup = attempt.steps.filter((step) => step.isCleanup);
  const block = (title, steps) => (steps.length ? make("div", {}, make("h4", {}, title), steps.map(showStep)) : "");
  return [attempt.why ? make("p", { class: "soft" }, attempt.why) : "", block("Steps", acts), block("Clean-up", cleanup)].filter(Boolean);
}

function showStep(step) {
  return make("div", { class: "step" }, sign(step.verdict),
    make("span", {}, make("span", { class: "request" }, step.request || step.verb), " ", make("span", { class: "on" }, `${step.verb} on ${step.on}`)),
    make("span", { class: "time" }, spellMs(step.ms)),
    step.answer ? make("div", { class: "answer" }, `→ ${step.answer}`) : "",
    step.verdict === "passed" && !step.expectations ? make("div", { class: "answer" }, "no expectation was evaluated") : "",
    step.error || step.mismatches.length || step.sightings.length ? make("div", { class: "more" },
      step.error ? make("div", { class: step.verdict === "passed" ? "soft" : "failed lead" }, toldError(step), step.place ? make("span", { class: "soft" }, `  ${step.place}`) : "") : "",
      step.mismatches.map(showMismatch), sightingsPart(step)) : "");
}

function showMismatch(mismatch) {
  const [expected, got] = markDifference(mismatch.expected, mismatch.got);
  return make("div", { class: "mismatch" },
    make("header", {}, make("code", {}, mismatch.path), make("span", { class: "soft" }, mismatch.place)),
    make("div", { class: "pair expected" }, make("span", {}, "expected"), make("div", {}, expected)),
    make("div", { class: "pair got" }, make("span", {}, "got"), make("div", {}, got)),
    mismatch.why ? make("footer", {}, mismatch.why) : "");
}

function sightingsPart(step) {
  if (!step.sightings.length) return "";
  return make("div", {}, make("h4", {}, "Seen while waiting"),
    make("div", { class: "lines" }, step.sightings.map((one) => make("div", {}, make("span", {}, spellMs(one.at)), make("span", {}, one.saw)))));
}

function faultsPart(check) {
  const faults = data.faults.filter((fault) => fault[2] === check.number);
  if (!faults.length) return "";
  return make("div", {}, make("h4", {}, "Broken on purpose"), faults.map(([edge, words, , from, until]) => make("div", {}, make("b", {}, edge), ` ${words} `, make("span", { class: "soft" }, `for ${spellMs(until - from)}`))));
}

function exchangesPart(check) {
  const exchanges = check.exchanges;
  if (!exchanges.length) return "";
  const begin = check.tellingAttempt ? check.tellingAttempt.start : 0;
  const own = exchanges.filter((one) => one.by !== "s");
  const shared = exchanges.length - own.length;
  const body = make("tbody", {});
  const fillWith = (some) => body.replaceChildren(...some.map((one) => exchangeRow(one, begin)));
  fillWith(own.length ? own : exchanges);
  const more = own.length && shared ? make("button", { type: "button", class: "link", click: (event) => { fillWith(exchanges); event.currentTarget.remove(); } }, `show ${spellCount(shared, "more call")} that may belong to other checks (*)`) : "";
  return make("div", {}, make("h4", {}, "Seen on the edges"),
    make("div", { class: "scroll" }, make("table", { class: "calls" }, make("thead", {}, make("tr", {}, ["at", "edge", "request", "answer", "took"].map((name) => make("th", { class: name === "at" || name === "took" ? "number" : "" }, name)))), body)), more,
    check.exchangesLeftOut ? make("div", { class: "soft" }, `and ${check.exchangesLeftOut} more, left out here`) : "",
    !own.length ? make("div", { class: "soft" }, "* seen while several checks ran, so it may belong to another of them") : "");
}

const exchangeRow = (one, begin) => make("tr", { class: BAD_ENDS.has(one.ended) ? "is-bad" : one.ended === "faulted" ? "is-faulted" : "" },
  make("td", { class: "number" }, spellOffset(one.at - begin)), make("td", { class: "edge-name" }, one.edge, one.by === "s" ? make("span", { class: "soft", title: "Seen while several checks ran; may belong to another" }, " *") : ""),
  make("td", { class: "mono" }, one.request), make("td", { class: "mono" }, one.answer || one.ended, one.answer && one.ended !== "answered" && !one.answer.includes(one.ended) ? ` (${one.ended})` : ""), make("td", { class: "number" }, spellMs(one.ms)));

const spellOffset = (ms) => `${ms < 0 ? "−" : "+"}${spellMs(Math.abs(ms))}`;

function logPart(check) {
  const log = check.log;
  if (!log.length) return "";
  const begin = check.tellingAttempt ? check.tellingAttempt.start : 0;
  return make("div", {}, make("h4", {}, "What the services wrote meanwhile"),
    make("div", { class: "lines log" }, log.map((one) => make("div", {}, make("span", {}, spellOffset(one.at - begin)), make("span", {}, one.service),
      make("span", { class: /(error|exception)\b|\b(fatal|panic|traceback|failed|refused|died)\b/i.test(one.line) ? "hot" : "" }, one.line)))));
}
