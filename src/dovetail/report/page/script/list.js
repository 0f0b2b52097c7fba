const CHUNK = 100;
const MOST_AT_ONCE = 1000;
const RANK = { failed: 0, inconclusive: 1, flaky: 2, skipped: 4, passed: 3 };
const wanted = { verdicts: new Set(), words: [], finding: -1 };
const scopes = data.scopes.map(([name], number) => ({ name, number, checks: [], shown: [], body: null, element: null, drawn: 0 }));

function setUpList() {
  for (const check of checks) scopes[check.scope].checks.push(check);
  for (const scope of scopes) scope.checks.sort((a, b) => RANK[a.verdict] - RANK[b.verdict] || a.number - b.number);
  find("list").append(...scopes.map(makeScope));
  find("verdicts").append(...verdicts.map(verdictChip).filter(Boolean));
  const search = find("search");
  let waiting = 0;
  search.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(() => { wanted.words = words(search.value); narrow(); }, 60); });
  addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && document.activeElement !== search) { event.preventDefault(); search.focus(); search.select(); }
    if (event.key === "Escape" && isNarrowed()) { clear(); search.blur(); }
  });
  narrow();
}

const words = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);

function verdictChip(verdict, index) {
  if (!data.totals[index]) return "";
  return make("button", { type: "button", class: "chip", "data-verdict": verdict, "aria-pressed": "false", click: () => {
    if (!wanted.verdicts.delete(verdict)) wanted.verdicts.add(verdict);
    narrow();
  } }, make("b", { class: verdict }, `${SIGNS[verdict]} ${data.totals[index].toLocaleString("en")}`), " ", verdict);
}

function makeScope(scope) {
  scope.body = make("div", {});
  scope.tally = make("span", { class: "tally" });
  scope.element = make("details", { class: "scope card", id: `scope-${scope.name}` }, make("summary", {}, make("h3", {}, scope.name), scope.tally), scope.body);
  scope.element.addEventListener("toggle", () => { if (scope.element.open) fill(scope); });
  return scope.element;
}

function isWanted(check) {
  if (wanted.verdicts.size && !wanted.verdicts.has(check.verdict)) return false;
  if (wanted.finding >= 0 && !data.findings[wanted.finding].checks.includes(check.number)) return false;
  return wanted.words.every((word) => check.haystack.includes(word));
}

const isNarrowed = () => wanted.verdicts.size > 0 || wanted.words.length > 0 || wanted.finding >= 0;

function narrow() {
  let count = 0;
  const isRed = checks.some((check) => !check.isFine);
  for (const scope of scopes) {
    scope.shown = scope.checks.filter(isWanted);
    count += scope.shown.length;
    scope.body.replaceChildren();
    scope.drawn = 0;
    scope.element.hidden = !scope.shown.length;
    scope.tally.replaceChildren(...tally(scope));
    const isOpen = isNarrowed() || scope.shown.some((check) => !check.isFine && check.row[10].length) || (!isRed && checks.length <= 200);
    if (scope.element.open !== isOpen) scope.element.open = isOpen;
    if (isOpen) fill(scope);
  }
  for (const chip of find("verdicts").children) chip.setAttribute("aria-pressed", wanted.verdicts.has(chip.dataset.verdict));
  find("found").replaceChildren(...(isNarrowed() ? [`${count ? count.toLocaleString("en") : "none"} of ${spellCount(checks.length, "check")}${wanted.finding >= 0 ? ` because “${data.findings[wanted.finding].title}”` : ""}  `, make("button", { type: "button", click: clear }, "show all")] : []));
}

function tally(scope) {
  const counts = verdicts.map((verdict) => [verdict, scope.shown.filter((check) => check.verdict === verdict).length]).filter(([, count]) => count);
  return counts.map(([verdict, count], index) => make("span", {}, index ? " · " : "", make("span", { class: verdict === "passed" ? "" : verdict }, `${count.toLocaleString("en")} ${verdict}`)));
}

function clear() {
  wanted.verdicts.clear(); wanted.words = []; wanted.finding = -1;
  find("search").value = "";
  narrow();
}

function searchFor(text) {
  clear();
  find("search").value = text;
  wanted.words = words(text);
  narrow();
  leadToChecks();
}

function showOnly(finding) {
  clear();
  wanted.finding = finding;
  narrow();
  leadToChecks();
}

function leadToChecks() {
  find("checks").scrollIntoView();
  find("found").querySelector("button").focus({ preventScroll: true });
}

// More rows come when they are asked for, so that what stands below a long list can be scrolled to.
function fill(scope, until = CHUNK) {
  if (scope.drawn >= Math.min(until, scope.shown.length)) return;
  scope.body.querySelector(":scope > .more-rows")?.remove();
  const rows = scope.shown.slice(scope.drawn, until).map(makeRow);
  scope.body.append(...rows);
  scope.drawn += rows.length;
  const rest = scope.shown.length - scope.drawn;
  if (rest) scope.body.append(make("button", { type: "button", class: "more-rows", click: () => showMore(scope) }, rest > MOST_AT_ONCE ? `${MOST_AT_ONCE.toLocaleString("en")} of ${rest.toLocaleString("en")} more` : `${rest} more`));
}

function showMore(scope) {
  const next = scope.drawn;
  fill(scope, next + MOST_AT_ONCE);
  scope.body.children[next].querySelector(".row").focus({ preventScroll: true });
}

function makeRow(check) {
  const home = make("div", { class: "check", id: `check-${check.number}` });
  const button = make("button", { type: "button", class: "row", "aria-expanded": "false", click: () => toggle(check, home, button) },
    sign(check.verdict), make("span", { class: "name" }, make("bdi", {}, marked(check.name)), " ", check.isFine ? "" : firstRequest(check)), make("span", { class: "time" }, check.attempts.length ? spellMs(check.ms) : ""),
    reason(check));
  home.append(button);
  return home;
}

function marked(name) {
  const low = name.toLowerCase();
  const word = wanted.words.find((one) => low.includes(one));
  if (!word || low.length !== name.length) return name;
  const at = low.indexOf(word);
  return [name.slice(0, at), make("mark", {}, name.slice(at, at + word.length)), name.slice(at + word.length)];
}

function blamedStep(check) {
  const attempt = check.tellingAttempt;
  return attempt && attempt.steps.find((step) => step.verdict !== "passed" && step.verdict !== "skipped");
}

function firstRequest(check) {
  const step = blamedStep(check);
  return step && step.request ? make("span", { class: "what" }, step.request.slice(0, 90)) : "";
}

function reason(check) {
  if (check.verdict === "passed") return "";
  if (check.verdict === "skipped") return make("span", { class: "why" }, check.why);
  const step = blamedStep(check);
  const line = make("span", { class: "why" });
  const brief = (text) => (text.length > 90 ? `${text.slice(0, 90)}…` : text);
  if (step && step.mismatches.length) {
    const first = step.mismatches[0];
    line.append(make("b", {}, `${first.path}: expected ${brief(first.expected)}, got ${brief(first.got)}`), first.why ? `  ${brief(first.why)}` : "");
  } else if (step && step.error) line.append(make("b", {}, brief(toldError(step))));
  const because = tellsMore(check.finding) ? `${check.finding.likely.includes(check.number) ? "likely " : ""}because ${check.finding.title}` : step ? "" : check.why.split("\n")[0];
  if (because) line.append(line.childNodes.length ? " — " : "", because);
  if (check.verdict === "flaky") line.append(line.childNodes.length ? " — " : "", `passed on attempt ${check.attempts.length}`);
  return line;
}

const TELLING = new Set(["service-down", "cut-short", "not-resilient", "cleanup-failed", "nothing-proven"]);
const tellsMore = (finding) => finding && (TELLING.has(finding.kind) || finding.kind.startsWith("edge"));

// Of a wait the last answer that came says more than that the wait was over.
function toldError(step) {
  const seen = step.sightings.filter((one) => one.at < step.ms - 100 || !/time[sd]?[ -]?out|no answer/i.test(one.saw));
  return seen.length ? seen[seen.length - 1].saw : step.error;
}

function toggle(check, home, button) {
  const isOpen = home.classList.toggle("is-open");
  button.setAttribute("aria-expanded", isOpen);
  if (isOpen) { home.append(showDetail(check)); letKeysScroll(home); } else home.querySelector(".detail").remove();
  keepInAddress(isOpen ? check.fragment : "");
}

function openScope(scope) {
  if (scope.element.hidden) clear();
  scope.element.open = true;
  scope.element.scrollIntoView();
}

function openCheck(check) {
  const scope = scopes[check.scope];
  if (!scope.shown.includes(check)) clear();
  scope.element.open = true;
  fill(scope, Math.max(CHUNK, scope.shown.indexOf(check) + 1));
  const home = find(`check-${check.number}`);
  const row = home.querySelector(".row");
  if (!home.classList.contains("is-open")) row.click();
  row.focus({ preventScroll: true });
  home.scrollIntoView({ block: "start" });
}
