function sayVerdict() {
  const [passed, failed, flaky, inconclusive, skipped] = data.totals;
  const all = checks.length;
  const parts = [];
  for (const [count, verdict] of [[failed, "failed"], [inconclusive, "inconclusive"], [flaky, "flaky"]]) {
    if (count) parts.push(parts.length ? `${count} ${verdict}` : `${count} of ${spellCount(all, "check")} ${verdict}`);
  }
  if (!parts.length) parts.push(all ? `all ${passed} of ${spellCount(all - skipped, "check")} passed` : "no check ran");
  if (skipped) parts.push(`${skipped} skipped`);
  return parts.join(", ");
}

function showSummary() {
  find("headline").append(make("b", { class: run.verdict }, `${SIGNS[run.verdict]} ${run.verdict}`), `${run.system} · ${run.environment}`);
  const facts = [
    ["took", spellMs(run.ms)], ["ready in", spellMs(run.ready)], ["agents", run.agents], ["seed", run.seed],
    ["exit code", run.exit], ["started", new Date(run.started).toLocaleString()],
  ];
  append(find("summary"), [make("div", null,
    make("h1", { class: `verdict ${run.verdict}` }, run.verdict, make("small", null, sayVerdict())),
    make("div", { class: "bar", role: "img", "aria-label": sayVerdict() }, data.totals.map((count, index) => {
      const part = count ? make("i", { class: verdicts[index], title: `${count} ${verdicts[index]}` }) : null;
      if (part) part.style.flex = String(count);
      return part;
    })),
    make("p", { class: "facts" }, facts.filter(([, value]) => value !== "" && value !== "0 ms").map(([name, value]) => make("span", null, `${name} `, make("b", null, String(value))))),
    run.exit > 1 || !run.complete ? make("p", { class: "told" }, run.causes.join("\n")) : ""), scopesTable()]);
}

function scopesTable() {
  if (data.scopes.length < 2) return "";
  const used = verdicts.map((verdict, index) => ({ verdict, index })).filter(({ index }) => data.totals[index]);
  const head = (verdict) => make("th", { title: verdict }, make("span", { class: `sign ${verdict}` }, SIGNS[verdict]), make("span", { class: "wide" }, ` ${verdict}`));
  return make("table", { class: "scopes" },
    make("thead", null, make("tr", null, make("th", null, "scope"), used.map(({ verdict }) => head(verdict)))),
    make("tbody", null, data.scopes.map(([name, ...counts]) => make("tr", null,
      make("td", null, make("a", { href: `#scope-${name}` }, name)),
      used.map(({ verdict, index }) => make("td", { class: counts[index] ? verdict : "none" }, String(counts[index] || "·")))))));
}

function showCauses(showOnly) {
  find("to-causes").hidden = !data.findings.length;
  if (!data.findings.length) return;
  find("causes").hidden = false;
  const home = find("causes").querySelector("div");
  home.append(...data.findings.map((finding, index) => showCause(finding, index, showOnly)));
  if (data.moreFindings) home.append(make("p", { class: "soft" }, `and ${spellCount(data.moreFindings, "more cause")}, told at their checks below`));
}

function showCause(finding, index, showOnly) {
  const count = finding.checks.length;
  const meta = make("p", { class: "meta" });
  if (count) meta.append(make("button", { type: "button", click: () => showOnly(index) }, count === 1 ? checks[finding.checks[0]].name : spellCount(count, "check")), ` ${finding.verdict}`);
  return make("article", { class: `card cause ${finding.verdict}` },
    make("h3", null, finding.title, finding.when ? `, ${finding.when}` : ""), meta, evidenceLines(finding.evidence), nextSteps(finding.next));
}

function evidenceLines(evidence) {
  if (!evidence.length) return "";
  return make("div", { class: "lines" }, evidence.map(([source, text]) => make("div", null, make("span", null, source), make("span", null, text))));
}

function showServices(search) {
  find("system").hidden = !data.services.length;
  find("services").append(...data.services.map((service) => make("div", { class: "service" },
    make("i", { class: service.state, title: service.state }),
    make("span", null, make("b", null, service.name), " ", make("span", { class: "soft" }, service.technology)),
    make("span", { class: "soft" }, service.state === "failed" ? "failed" : service.ready ? spellMs(service.ready) : service.state),
    healthLine(service))));
  for (const node of document.querySelectorAll(".node")) {
    const act = () => search(node.dataset.service);
    node.addEventListener("click", act);
    node.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); act(); } });
  }
}

function healthLine(service) {
  const told = service.changes.filter(([, state, detail], index) => detail || ["failed", "paused"].includes(state) || (state === "ready" && service.changes.slice(0, index).some((change) => change[1] === "failed" || change[1] === "paused")));
  if (!told.length) return "";
  return make("div", { class: "health" }, told.map(([at, state, detail]) => make("div", null,
    `${spellMs(at)} `, state === "failed" ? make("b", null, state) : state, detail ? ` ${detail}` : "")));
}

function showEdges() {
  const edges = find("edges");
  const rows = [...document.querySelectorAll("svg.across .edge")];
  if (!rows.length) { edges.hidden = true; return; }
  edges.querySelector("div").append(make("table", { class: "calls" }, make("tbody", null, rows.map((edge) => {
    const [name, ...told] = edge.querySelector("title").textContent.split(" · ");
    return make("tr", { class: edge.classList.contains("is-failing") ? "is-bad" : edge.classList.contains("is-broken") ? "is-faulted" : "" }, make("td", null, name), make("td", null, told.join(" · ")));
  }))));
}

function showAbout() {
  const options = Object.entries(run.options).map(([name, value]) => `${name} ${value}`).join(" · ");
  const teardown = run.remains.length ? `teardown left behind: ${run.remains.join(", ")}` : run.teardown ? `torn down in ${spellMs(run.teardown)}, nothing left` : "";
  find("about").append(
    ...data.notices.map(([at, level, text]) => make("p", { class: `notice ${level}` }, `${spellMs(at)}  ${text}`)),
    make("div", null, [`run ${run.id}`, options, teardown, `Dovetail ${run.version}`].filter(Boolean).join(" · ")),
    data.leftOut ? make("div", null, `Left out to keep this page small: ${data.leftOut}. They stand in the run's journal.`) : "",
  );
}
