/** Be given what is dropped on an element. @param {HTMLElement} root @param {(file: File) => void} onFile */
export function dropped(root, onFile) {
  let inside = 0;
  const carries = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files") ?? false;
  const mark = (/** @type {boolean} */ on) => root.classList.toggle("is-dropping", on);
  root.addEventListener("dragenter", (event) => {
    if (!carries(event)) return;
    inside += 1;
    mark(true);
  });
  root.addEventListener("dragleave", (event) => {
    if (carries(event)) mark((inside = Math.max(0, inside - 1)) > 0);
  });
  root.addEventListener("dragover", (event) => {
    if (carries(event)) event.preventDefault();
  });
  root.addEventListener("drop", (event) => {
    const file = event.dataTransfer?.files[0];
    inside = 0;
    mark(false);
    if (!file) return;
    event.preventDefault();
    event.stopPropagation();
    onFile(file);
  });
}
