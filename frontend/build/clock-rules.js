/** ESLint: no use of the device's clock where it may be wrong, and no day of 24 hours, which a change of the clocks breaks. */
const DEVICE =
    'The device’s clock may be wrong: use ServerTime, or ui/device-clock.ts where only this device is concerned.';
const DAY = 'A day has 23 or 25 hours where the clocks change: use dayAfter of todos/dates.ts.';

/** @type {{ selector: string, message: string }[]} */
const FORBIDDEN = [
    { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: DEVICE },
    { selector: 'MemberExpression[object.name="Date"][property.name="now"]', message: DEVICE },
    { selector: 'Literal[value=86400000]', message: DAY },
    { selector: 'BinaryExpression[operator="*"] > Literal[value=24]', message: DAY },
];

/** @type {import('eslint').Linter.RulesRecord} */
export const clockRules = { 'no-restricted-syntax': ['error', ...FORBIDDEN] };
