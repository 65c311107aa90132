/** The day it is, also after midnight. */
import { useEffect, useState } from 'preact/hooks';
import { type Day, dayOf } from './dates';

export function useToday(): { date: Date; today: Day } {
  const [date, setDate] = useState(() => new Date());
  const today = dayOf(date);
  useEffect(() => {
    const look = () => {
      const now = new Date();
      if (dayOf(now) !== today) setDate(now);
    };
    const midnight = new Date(date);
    midnight.setHours(24, 0, 1, 0);
    const timer = setTimeout(look, midnight.getTime() - date.getTime());
    // Timers sleep with the machine; the eyes come back to the page.
    document.addEventListener('visibilitychange', look);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [date, today]);
  return { date, today };
}
