/** The day it is where the person is, also after midnight, and also where the device's clock is wrong. */
import { useEffect, useState } from 'preact/hooks';
import type { ServerTime } from '../api/server-time';
import { later } from '../offline/tabs';
import { dayOf } from './dates';

export interface DayParts {
  time: Pick<ServerTime, 'now' | 'onCorrection'>;
  /** Calls back after so many milliseconds; returns how to call that off. */
  later(milliseconds: number, callback: () => void): () => void;
  onDay(date: Date): void;
}

/** Looks at the day at each midnight, and when asked to. Returns how to look, and how to end it. */
export function followDay({ time, later, onDay }: DayParts) {
  let callOff = () => {};
  let today = '';

  function look(): void {
    callOff();
    const now = time.now();
    if (dayOf(now) !== today) {
      today = dayOf(now);
      onDay(now);
    }
    const midnight = new Date(now);
    midnight.setHours(24, 0, 1, 0);
    callOff = later(midnight.getTime() - now.getTime(), look);
  }

  const ignore = time.onCorrection(look);
  look();
  return {
    look,
    end(): void {
      callOff();
      ignore();
    },
  };
}

export function useToday(time: ServerTime): { date: Date; today: string } {
  const [date, setDate] = useState(() => time.now());
  useEffect(() => {
    const day = followDay({ time, later, onDay: setDate });
    // Timers sleep with the machine; the eyes come back to the page.
    document.addEventListener('visibilitychange', day.look);
    return () => {
      document.removeEventListener('visibilitychange', day.look);
      day.end();
    };
  }, [time]);
  return { date, today: dayOf(date) };
}
