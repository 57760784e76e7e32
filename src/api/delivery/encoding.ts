import { Encoder, type Packet, PacketType } from 'socket.io-parser';
import type { ScopeEvent } from '../../projections/readModel.ts';
import type { Batch } from './batches.ts';
import { limits } from './limits.ts';
import type { nameOf } from './requests.ts';

/*
 * Everyone in a conversation is sent the same events. Socket.IO turns each message into text anew for each socket that
 * an acknowledgement is asked of; here an event is turned into text once, for all of them and for its size.
 */

let texts = new WeakMap<ScopeEvent, string>();
let kept = 0;

/** The event as JSON; made once for all who are sent it in these moments. */
export const jsonOf = (event: ScopeEvent): string => {
  const known = texts.get(event);
  if (known !== undefined) return known;
  const text = JSON.stringify(event);
  // Those who are live are sent it now; as long as events are remembered, texts would double what that costs.
  if (kept > limits.textBytes) {
    texts = new WeakMap();
    kept = 0;
  }
  kept += text.length;
  texts.set(event, text);
  return text;
};

/** What `events` carries, as JSON already. */
export class BatchText {
  readonly json: string;

  constructor({ events, ...rest }: Batch & ReturnType<typeof nameOf>) {
    this.json = `${JSON.stringify(rest).slice(0, -1)},"events":[${events.map(jsonOf).join(',')}]}`;
  }
}

/** Socket.IO's encoder, but for batches. */
export class DeliveryEncoder extends Encoder {
  override encode(packet: Packet): string[] {
    if (packet.type !== PacketType.EVENT) return super.encode(packet);
    const [name, batch]: readonly unknown[] = packet.data;
    if (!(batch instanceof BatchText)) return super.encode(packet);
    return [`${packet.type}${packet.id ?? ''}[${JSON.stringify(name)},${batch.json}]`];
  }
}
