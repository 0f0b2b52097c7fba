const MOST_LINKS = 8;

function sayVerdict() {
  const [passed, failed, flaky, inconclusive, skipped] = data.totals;
  const all = checks.length;
  const parts = [];
  for (const [count, verdict] of [[failed, "failed"], [inconclusive, "inconclusive"], [flaky, "flaky"]]) {
    if (count) parts.push(parts.length ? `${count} ${verdict}` : `${count} of ${spellCount(all, "check")} ${verdict}`);
  }
  if (!parts.length) parts.push(passed ? `${passed > 1 ? "all " : ""}${spellCount(passed, "check")} passed` : `no check ${all ? "passed" : "ran"}`);
  if (skipped) parts.push(`${skipped} skipped`);
  return parts.join(", ");
}

function showSummary() {
  find("headline").append(make("b", { class: run.verdict }, `${SIGNS[run.verdict]} ${run.verdict}`), " ", [run.system, run.environment].filter(Boolean).join(" · "));
  const facts = [
    ["took", spellMs(run.ms)], ["ready in", spellMs(run.ready)], ["agents", run.agents || ""], ["seed", run.seed],
    ["exit code", run.exit], ["started", run.started ? new Date(run.started).toLocaleString() : ""],
  ];
  append(find("summary"), [make("div", {},
    make("h1", { class: `verdict ${run.verdict}` }, run.verdict, make("small", {}, sayVerdict())),
    checks.length ? make("div", { class: "bar", role: "img", "aria-label": sayVerdict() }, data.totals.map((count, index) => {
      const part = count ? make("i", { class: verdicts[index], title: `${count} ${verdicts[index]}` }) : "";
      if (part) part.style.flex = String(count);
      return part;
    })) : "",
    make("p", { class: "facts" }, facts.filter(([, value]) => value !== "" && value !== "0 ms").map(([name, value]) => make("span", {}, `${name} `, make("b", {}, String(value))))),
    run.exit > 1 || !run.complete ? make("p", { class: "told" }, run.causes.map(briefly).join("\n")) : ""), scopesTable()]);
}

// What a finding tells with its evidence needs no more than its first line here.
function briefly(text) {
  const first = text.split("\n")[0];
  return data.findings.some((finding) => finding.title === first) ? first : text;
}

function scopesTable() {
  if (data.scopes.length < 2) return "";
  const used = verdicts.map((verdict, index) => ({ verdict, index })).filter(({ index }) => data.totals[index]);
  return make("table", { class: "scopes" },
    make("thead", {}, make("tr", {}, make("th", {}, "scope"), used.map(({ verdict }) => make("th", {}, sign(verdict))))),
    make("tbody", {}, data.scopes.map(([name, ...counts]) => make("tr", {},
      make("td", {}, make("a", { href: `#scope-${encodeURIComponent(name)}` }, name)),
      used.map(({ verdict, index }) => make("td", { class: counts[index] ? verdict : "none" }, counts[index] ? counts[index].toLocaleString("en") : "·"))))));
}

function showCauses(showOnly) {
  if (!data.findings.length) return;
  find("causes").hidden = false;
  const home = find("causes").querySelector("div");
  home.append(...data.findings.map((finding, index) => showCause(finding, index, showOnly)));
  letKeysScroll(home);
  if (data.moreFindings) home.append(make("p", { class: "soft" }, `and ${spellCount(data.moreFindings, "more cause")}, told at their checks below`));
}

function showCause(finding, index, showOnly) {
  const about = [finding.when, spellShare(finding)].filter(Boolean).join(" · ");
  return make("article", { class: `card cause toned ${finding.verdict}` },
    make("h3", {}, finding.title), about ? make("p", { class: "meta" }, about) : "",
    evidenceLines(finding.evidence), explainedChecks(finding, index, showOnly), nextSteps(finding.next));
}

function spellShare(finding) {
  const [count, likely] = [finding.checks.length, finding.likely.length];
  if (count < 2) return likely ? "likely the cause" : "";
  if (likely === count) return `${spellCount(count, "check")} likely share this cause`;
  return `${spellCount(count, "check")} share this cause${likely ? `, ${likely} of them likely` : ""}`;
}

function explainedChecks(finding, index, showOnly) {
  if (!finding.checks.some((number) => checks[number].row[10].length)) return "";
  const told = finding.checks.slice(0, finding.checks.length > MOST_LINKS + 1 ? MOST_LINKS : undefined);
  const more = finding.checks.length - told.length;
  const link = (number) => make("a", { href: checks[number].fragment }, make("bdi", {}, checks[number].name));
  const items = told.map((number) => make("li", {}, sign(checks[number].verdict), link(number), finding.likely.includes(number) ? make("span", { class: "soft" }, " likely") : ""));
  if (more) items.push(make("li", {}, make("span", {}), make("button", { type: "button", click: () => showOnly(index) }, `and ${spellCount(more, "more check")}`)));
  return items.length ? make("ul", { class: "explains" }, items) : "";
}

function evidenceLines(evidence) {
  if (!evidence.length) return "";
  return make("div", { class: "lines" }, evidence.map(([source, text]) => make("div", {}, make("span", {}, source), make("span", {}, text))));
}

function showServices(search) {
  find("system").hidden = !data.services.length;
  find("services").append(...data.services.map((service) => make("div", { class: "service" },
    make("i", { class: service.state, title: service.state }),
    make("span", {}, make("b", {}, service.name), " ", make("span", { class: "soft" }, service.technology)),
    make("span", { class: "soft" }, service.state === "failed" ? "failed" : service.ready ? spellMs(service.ready) : service.state),
    healthLine(service))));
  for (const node of document.querySelectorAll(".node")) {
    const act = () => search(node.dataset.service);
    node.addEventListener("click", act);
    node.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); act(); } });
  }
}

function healthLine(service) {
  if (!service.outages.length) return "";
  return make("div", { class: "health" }, service.outages.map(([at, until, isExit, words]) => make("div", {},
    isExit ? make("b", {}, shortOutage(service, words)) : shortOutage(service, words), ` at ${spellMs(at)}${until < 0 ? "" : `, back after ${spellMs(until - at)}`}`)));
}

const shortOutage = (service, words) => (words.startsWith(`${service.name} `) ? words.slice(service.name.length + 1) : words).replace(/^was /, "");

function showEdges() {
  const edges = find("edges");
  const rows = [...document.querySelectorAll("svg.across .edge")];
  if (!rows.length) { edges.hidden = true; find("picture").querySelector(".legend").hidden = true; return; }
  edges.querySelector("div").append(make("table", { class: "calls" }, make("tbody", {}, rows.map((edge) => {
    const [name, ...told] = edge.querySelector("title").textContent.split(" · ");
    return make("tr", { class: edge.classList.contains("is-failing") ? "is-bad" : edge.classList.contains("is-broken") ? "is-faulted" : "" }, make("td", {}, name), make("td", {}, told.join(" · ")));
  }))));
}

function showAbout() {
  const options = Object.entries(run.options).filter(([, value]) => value && value !== "false").map(([name, value]) => (value === "true" ? name : `${name} ${value}`).replaceAll("_", "-")).join(" · ");
  const teardown = run.remains.length ? `teardown left behind: ${run.remains.join(", ")}` : run.teardown ? `torn down in ${spellMs(run.teardown)}, nothing left` : "";
  find("about").append(
    ...data.notices.filter(([, , text]) => briefly(text) === text || !text.includes("\n")).map(([at, level, text]) => make("p", { class: `notice ${level}` }, `${spellMs(at)}  ${text}`)),
    make("div", {}, [run.id && `run ${run.id}`, options, teardown, run.version && `Dovetail ${run.version}`].filter(Boolean).join(" · ")),
    data.leftOut ? make("div", {}, `Left out to keep this page small: ${data.leftOut}. They stand in the run's journal.`) : "",
  );
}
