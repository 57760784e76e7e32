import { Encoder, type Packet, PacketType } from 'socket.io-parser';
import type { ScopeEvent } from '../../projections/readModel.ts';
import { limits } from './limits.ts';
import type { BatchMessage } from './subscriptions.ts';

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

  constructor({ events, ...rest }: BatchMessage) {
    this.json = `${JSON.stringify(rest).slice(0, -1)},"events":[${events.map(({ json }) => json).join(',')}]}`;
  }
}

let last: { readonly message: BatchMessage; readonly text: BatchText } | null = null;

/** The text of a batch; made once for all in a conversation who are sent the same one after the other. */
export const batchText = (message: BatchMessage): BatchText => {
  const { events, after, through, live } = message;
  const isSame =
    last?.message.events === events &&
    last.message.after === after &&
    last.message.through === through &&
    last.message.live === live;
  // A list of events is of one scope.
  if (last === null || !isSame) last = { message, text: new BatchText(message) };
  return last.text;
};

/** Socket.IO's encoder, but for batches. */
export class DeliveryEncoder extends Encoder {
  override encode(packet: Packet): string[] {
    if (packet.type !== PacketType.EVENT) return super.encode(packet);
    const [name, batch]: readonly unknown[] = packet.data;
    if (!(batch instanceof BatchText)) return super.encode(packet);
    return [`${packet.type}${packet.id ?? ''}[${JSON.stringify(name)},${batch.json}]`];
  }
}
