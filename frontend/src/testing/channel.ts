/** Channels between the tabs of a test: what one posts, the others hear. */
import type { Channel } from '../offline/queue';

export function channels(): () => Channel {
  const open = new Set<Channel>();
  return () => {
    const channel: Channel = {
      onmessage: null,
      postMessage(data) {
        for (const other of open) {
          if (other !== channel) other.onmessage?.({ data: structuredClone(data) } as MessageEvent);
        }
      },
    };
    open.add(channel);
    return channel;
  };
}
