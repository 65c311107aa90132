/** The entry of the front door: its theme switch. */
import { readTheme, setTheme, type Theme } from '../ui/theme';

const switches = document.getElementById('themes');
if (switches) {
  switches.hidden = false;
  for (const each of switches.querySelectorAll('input')) {
    each.checked = each.value === readTheme();
    each.addEventListener('change', () => setTheme(each.value as Theme));
  }
}
