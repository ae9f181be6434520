// Applied before the first paint, so that a chosen theme does not flash the other one.
(function () {
  const KEY = "tocsin-theme";
  const NEXT = { system: "dark", dark: "light", light: "system" };
  const read = () => {
    try {
      return localStorage.getItem(KEY) in NEXT ? localStorage.getItem(KEY) : "system";
    } catch {
      return "system"; // storage is blocked
    }
  };
  const apply = (theme) => {
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  };
  window.tocsinTheme = {
    current: read,
    next() {
      const theme = NEXT[read()];
      try {
        localStorage.setItem(KEY, theme);
      } catch {
        // it lasts as long as the page
      }
      apply(theme);
      return theme;
    },
  };
  apply(read());
})();
