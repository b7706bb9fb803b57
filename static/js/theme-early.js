// A classic script in the head: the theme stands before the first paint. The link wins, then what was chosen here, then the system.
(() => {
  const asked = new URLSearchParams(location.search).get("theme");
  const known = (/** @type {string | null} */ theme) => (theme === "light" || theme === "dark" ? theme : null);
  const remembered = () => {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null; // storage is closed in some embedded frames
    }
  };
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  document.documentElement.dataset.theme = known(asked) ?? known(remembered()) ?? system;
})();
