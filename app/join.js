// The code stands behind the # of the address: it is never sent to the server,
// so that no log and no proxy keeps it.
const code = decodeURIComponent(location.hash.slice(1)).toUpperCase();
if (/^[A-Z0-9-]{6,24}$/.test(code)) {
  const shown = document.getElementById("code");
  shown.textContent = code;
  shown.hidden = false;
  document.getElementById("missing").hidden = true;
  for (const way of document.querySelectorAll("a[data-start]")) {
    if (way.dataset.start) way.href = way.dataset.start + encodeURIComponent(code);
  }
  const copy = document.getElementById("copy");
  if (navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(code);
      copy.textContent = copy.dataset.done;
    });
  }
}
