// Under the pointer: what a point of the map is, in front of its neighbours; where a patch of a picture looks.
for (const point of document.querySelectorAll(".map .point")) {
  point.addEventListener("mouseenter", () => {
    if (point.nextSibling) point.parentNode.append(point);
  });
}
for (const box of document.querySelectorAll(".patches")) {
  const columns = Number(box.dataset.columns);
  const count = Number(box.dataset.rows) * columns;
  const weights = Uint8Array.from(atob(box.dataset.weights), (c) => c.charCodeAt(0));
  const cells = document.createElement("div");
  cells.className = "cells";
  cells.style.gridTemplateColumns = `repeat(${columns}, 1fr)`;
  const patches = Array.from({ length: count }, () => document.createElement("i"));
  cells.append(...patches);
  box.append(cells);
  const show = (query) =>
    patches.forEach((patch, key) => {
      const weight = query < 0 ? 0 : weights[query * count + key] / 255;
      patch.style.background = query < 0 ? "" : `rgb(20 16 60 / ${0.72 * (1 - weight)})`;
      patch.className = key === query ? "here" : "";
    });
  patches.forEach((patch, query) => patch.addEventListener("mouseenter", () => show(query)));
  cells.addEventListener("mouseleave", () => show(-1));
}
