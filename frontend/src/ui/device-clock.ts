/**
 * The device's own clock, which may be wrong. It is right for how long something has lasted, and for a time of day that
 * the person reads off the same device. What is stored, signed or compared with a server's time takes `ServerTime`.
 */

export const deviceDate = (): Date => new Date();
export const deviceTime = (): number => Date.now();
