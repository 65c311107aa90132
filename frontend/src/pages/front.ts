/** The entry of the front door: its theme switch. */
import { switchThemes } from '../ui/theme';

const themes = document.getElementById('themes');
if (themes) {
  themes.hidden = false;
  switchThemes(themes.querySelectorAll('input'));
}
