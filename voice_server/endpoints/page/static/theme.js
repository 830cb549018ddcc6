/** Dark, light, or as the system has it. A classic script, because it must run before the first paint. */
"use strict";

{
  const KEY = "voice-server-theme";
  const root = document.documentElement;
  const stored = localStorage.getItem(KEY);
  if (stored === "dark" || stored === "light") root.dataset.theme = stored;

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    const system = matchMedia("(prefers-color-scheme: dark)");
    const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
    const say = () => button.setAttribute("aria-pressed", String(isDark()));
    button.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      localStorage.setItem(KEY, root.dataset.theme);
      say();
      document.dispatchEvent(new Event("themechange"));
    });
    system.addEventListener("change", () => {
      say();
      document.dispatchEvent(new Event("themechange"));
    });
    say();
  });
}
