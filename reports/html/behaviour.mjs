// Inlined into each page. The page is complete without it; it adds the language, the filter and printing.
(() => {
  const root = document.documentElement;
  const asked = new URLSearchParams(location.search).get('lang');
  const speak = (language) => {
    root.lang = language;
    for (const hint of document.querySelectorAll('title[data-ja]')) {
      hint.dataset.en ??= hint.textContent;
      hint.textContent = hint.dataset[language];
    }
    document.title = root.dataset[language === 'ja' ? 'titleJa' : 'titleEn'] ?? document.title;
  };
  const preferred = (asked ?? navigator.language).toLowerCase().startsWith('ja') ? 'ja' : 'en';
  root.classList.add('js');
  speak(preferred);

  const keepInAddress = (language) => {
    const address = new URL(location.href);
    address.searchParams.set('lang', language);
    try {
      history.replaceState(null, '', address);
    } catch {
      // some browsers refuse this for files; the page itself has changed already
    }
    for (const link of document.querySelectorAll('a[data-page]')) {
      const [path, fragment] = link.getAttribute('href').split('#');
      link.setAttribute('href', `${path.split('?')[0]}?lang=${language}${fragment ? `#${fragment}` : ''}`);
    }
  };

  const reveal = () => {
    const target = location.hash.length > 1 ? document.getElementById(location.hash.slice(1)) : null;
    const details = target?.closest('details');
    if (!details) return;
    details.open = true;
    details.scrollIntoView({ block: 'center' });
  };

  const filter = (verdict) => {
    for (const button of document.querySelectorAll('[data-filter]')) {
      button.setAttribute('aria-pressed', String(button.dataset.filter === verdict));
    }
    for (const row of document.querySelectorAll('tr[data-marks]')) {
      row.hidden = verdict !== '' && !row.dataset.marks.split(' ').includes(verdict);
    }
    for (const group of document.querySelectorAll('tbody[data-area]')) {
      group.hidden = group.querySelector('tr[data-marks]:not([hidden])') === null;
    }
    for (const cell of document.querySelectorAll('td[data-mark]')) {
      cell.classList.toggle('dim', verdict !== '' && cell.dataset.mark !== verdict);
    }
  };

  document.addEventListener('DOMContentLoaded', () => {
    speak(preferred); // again: hints of drawings are there only now
    if (asked) keepInAddress(preferred);
    for (const button of document.querySelectorAll('[data-language]')) {
      button.addEventListener('click', () => {
        const next = root.lang === 'ja' ? 'en' : 'ja';
        speak(next);
        keepInAddress(next);
      });
    }
    for (const button of document.querySelectorAll('[data-filter]')) {
      button.addEventListener('click', () => filter(button.dataset.filter));
    }
    reveal();
  });
  addEventListener('hashchange', reveal);
  addEventListener('beforeprint', () => {
    for (const each of document.querySelectorAll('details')) each.open = true;
  });
})();
