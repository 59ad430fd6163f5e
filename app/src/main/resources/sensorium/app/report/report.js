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
// A token of a picture that is clicked on is exchanged: what is around it lies in the sprite, a row a place, a column a code.
for (const box of document.querySelectorAll(".swap")) {
  const [places, side, extent, gap] = ["places", "side", "window", "gap"].map((name) => Number(box.dataset[name]));
  const codes = box.dataset.codes.split(" ");
  const tokens = box.dataset.tokens.split(" ");
  const base = box.querySelector(".base");
  const sprite = box.querySelector(".sprite");
  const patch = side / places;
  const zoom = Math.max(1, Math.round(112 / side));
  const start = (token) => Math.min(Math.max(token * patch + Math.floor(patch / 2) - Math.floor(extent / 2), 0), side - extent);
  const whole = document.createElement("div");
  const cells = document.createElement("div");
  const tries = document.createElement("div");
  whole.className = "whole";
  cells.className = "cells";
  cells.style.gridTemplateColumns = `repeat(${places}, 1fr)`;
  tries.className = "tries";
  const show = (place) => {
    buttons.forEach((button, i) => (button.className = i === place ? "here" : ""));
    tries.replaceChildren(
      ...codes.map((code, column) => {
        const figure = document.createElement("figure");
        const picture = document.createElement("div");
        const around = document.createElement("i");
        const caption = document.createElement("figcaption");
        picture.className = "try";
        picture.style.cssText = `width:${side * zoom}px;height:${side * zoom}px;background-size:${side * zoom}px`;
        picture.style.backgroundImage = `url(${base.src})`;
        around.style.cssText = `left:${start(place % places) * zoom}px;top:${start(Math.floor(place / places)) * zoom}px;width:${extent * zoom}px;height:${extent * zoom}px`;
        around.style.backgroundImage = `url(${sprite.src})`;
        around.style.backgroundSize = `${((extent + gap) * codes.length - gap) * zoom}px auto`;
        around.style.backgroundPosition = `${-column * (extent + gap) * zoom}px ${-place * (extent + gap) * zoom}px`;
        caption.textContent = `${tokens[place]} → ${code}`;
        picture.append(around);
        figure.append(picture, caption);
        return figure;
      }),
    );
  };
  const buttons = tokens.map((token, place) => {
    const button = document.createElement("button");
    button.type = "button";
    button.title = button.ariaLabel = `code ${token}`;
    button.addEventListener("click", () => show(place));
    return button;
  });
  cells.append(...buttons);
  whole.append(base, cells);
  box.append(whole, tries);
  show(Math.floor(tokens.length / 2));
}
