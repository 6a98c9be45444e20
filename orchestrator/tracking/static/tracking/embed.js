// Within a pop-up: tells the page around the form when to close it. Says nothing else, and hears nothing.
addEventListener("keydown", (event) => {
  if (event.key === "Escape") parent.postMessage({ signup: "close" }, "*");
});
if (document.querySelector("[data-done]")) parent.postMessage({ signup: "done" }, "*");
