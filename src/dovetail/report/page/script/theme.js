const root = document.documentElement;

function readTheme() {
  try { return localStorage.getItem("dovetail-theme"); } catch { return null; }
}

function keepTheme(theme) {
  try { localStorage.setItem("dovetail-theme", theme); } catch { return; }
}

function isDark() {
  return root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function setUpTheme() {
  const kept = readTheme();
  if (kept === "light" || kept === "dark") root.dataset.theme = kept;
  document.getElementById("theme").addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    keepTheme(root.dataset.theme);
  });
}
