// Questions that stand before everything else until they are answered.

// The value of the button that was pressed; empty for Escape. A dialog would keep the answer of the last time.
export function ask(dialog) {
  dialog.returnValue = "";
  dialog.querySelector("form").reset();
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
  });
}
