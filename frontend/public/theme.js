// Before the first paint: the theme that this device was told to use, if it was.
try {
    const theme = localStorage.getItem('theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
    // No storage: the system's own theme.
}
