'use strict';
// Offers each chart as SVG, PNG (three pixels for one, on light ground) and CSV. The charts are there without it.
(() => {
  const tables = JSON.parse(document.getElementById('tables').textContent);

  function save(name, blob) {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  const text = svg => new XMLSerializer().serializeToString(svg);

  function png(svg, done) {
    const light = svg.cloneNode(true);
    light.querySelectorAll('style').forEach(style => style.remove());
    const image = new Image();
    image.onload = () => {
      const canvas = document.createElement('canvas');
      canvas.width = 3 * svg.viewBox.baseVal.width;
      canvas.height = 3 * svg.viewBox.baseVal.height;
      canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob(done, 'image/png');
    };
    image.src = 'data:image/svg+xml;charset=utf-8,' + encodeURIComponent(text(light));
  }

  document.querySelectorAll('.chart').forEach(chart => {
    const name = chart.dataset.name;
    const svg = chart.querySelector('svg');
    const take = document.createElement('p');
    take.className = 'take';
    const offer = (kind, act) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = kind;
      button.setAttribute('aria-label', `${svg.getAttribute('aria-label')} as ${kind}`);
      button.addEventListener('click', act);
      take.append(button);
    };
    offer('SVG', () => save(name + '.svg', new Blob([text(svg)], { type: 'image/svg+xml' })));
    offer('PNG', () => png(svg, blob => save(name + '.png', blob)));
    offer('CSV', () => save(name + '.csv', new Blob([tables[name]], { type: 'text/csv' })));
    chart.append(take);
  });
})();
