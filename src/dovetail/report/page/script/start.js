function readHash() {
  try { return decodeURIComponent(location.hash.slice(1)); } catch { return ""; }
}

function followHash() {
  const target = readHash();
  const check = checks.find((one) => target === `check=${one.id}`);
  if (check) openCheck(check);
  else if (target.startsWith("check=")) find("found").replaceChildren(`this run has no check “${target.slice(6)}”`);
  const scope = scopes.find((one) => target === `scope-${one.name}`);
  if (scope) openScope(scope);
}

function whenNear(section, act) {
  const now = () => { watch.disconnect(); removeEventListener("beforeprint", now); act(); };
  const watch = new IntersectionObserver((entries) => { if (entries.some((entry) => entry.isIntersecting)) now(); }, { rootMargin: "800px" });
  watch.observe(section);
  addEventListener("beforeprint", now);
}

setUpTheme();
showSummary();
showCauses(showOnly);
setUpList();
showServices(searchFor);
showEdges();
showAbout();
whenNear(find("timeline"), () => showTimeline(openCheck));
find("checks").hidden = !checks.length;
find("timeline").hidden = !checks.some((check) => check.row[10].length);
for (const link of document.querySelectorAll("#top nav a")) link.hidden = find(link.hash.slice(1)).hidden;
addEventListener("hashchange", followHash);
addEventListener("click", ({ target }) => { if (target.closest("a")?.hash === location.hash) followHash(); });
followHash();
root.dataset.opened = String(Math.round(performance.now()));
