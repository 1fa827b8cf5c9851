// Sets the chosen theme before the first paint. A file of its own, because the page forbids inline scripts.
try {
  const theme = JSON.parse(localStorage.getItem('easel.layout')).theme;
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Nothing stored, or garbage: the system's theme is right.
}
