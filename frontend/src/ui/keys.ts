/** Keys, as an input method sends them too. */

type Key = Pick<KeyboardEvent, 'key' | 'isComposing' | 'keyCode'>;

/** Safari ends a composition before it sends the key that confirms it; only this key code tells. */
const COMPOSING_KEY_CODE = 229;

/** Whether the key belongs to an input method, which composes a word of several keys. */
export const isComposing = (event: Key): boolean => event.isComposing || event.keyCode === COMPOSING_KEY_CODE;

/** Whether the person pressed Enter, rather than confirmed a word of an input method. */
export const isEnter = (event: Key): boolean => event.key === 'Enter' && !isComposing(event);
