/** Whether a reader would see nothing of a text: it is empty, or spaces and characters without a shape. */
export const isInvisible = (text: string): boolean =>
  /^[\s\p{Default_Ignorable_Code_Point}\u2800]*$/u.test(text);

/** Text to show: without the controls of Unicode's bidirectional algorithm, which turn text and what is beside it around. */
export const readable = (text: string): string => text.replace(/[\u202a-\u202e\u2066-\u2069]/g, '');

/** Text without the characters that the API refuses; line breaks and tabs stay. */
export const clean = (text: string): string =>
  text.replace(/\r\n?/g, '\n').replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]/g, '');
