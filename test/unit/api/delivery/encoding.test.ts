import { Decoder, Encoder, type Packet, PacketType } from 'socket.io-parser';
import { expect, test } from 'vitest';
import { BatchText, DeliveryEncoder } from '../../../../src/api/delivery/encoding.ts';
import { positionOf } from '../../../../src/events/ids.ts';
import { entryAt } from '../../../support/deliveryEntries.ts';

const read = (texts: readonly string[]): Packet => {
  const decoder = new Decoder();
  const packets: Packet[] = [];
  decoder.on('decoded', (packet) => packets.push(packet));
  for (const text of texts) decoder.add(text);
  const [packet] = packets;
  if (packet === undefined) throw new Error(`no packet in ${texts}`);
  return packet;
};

const packet = (data: readonly unknown[], id?: number): Packet => ({
  type: PacketType.EVENT,
  nsp: '/',
  data,
  ...(id === undefined ? {} : { id }),
});

test('a batch reaches the client as if Socket.IO had turned it into text, with its acknowledgement', () => {
  const batch = {
    ...{ scope: 'conversation' as const, id: 'a "name" with \\ and ü' },
    events: [entryAt(2), entryAt(3)],
    ...{ after: positionOf(1n), through: positionOf(3n), live: true },
  };
  for (const events of [batch.events, []])
    for (const id of [undefined, 0, 17]) {
      const sent = new DeliveryEncoder().encode(packet(['events', new BatchText({ ...batch, events })], id));
      const said = events.map(({ json }) => JSON.parse(json));
      const usual = new Encoder().encode(packet(['events', { ...batch, events: said }], id));
      expect(read(sent)).toEqual(read(usual));
    }
});

test('everything but batches is turned into text by Socket.IO', () => {
  const welcome = packet(['welcome', { logId: 'x' }]);
  expect(new DeliveryEncoder().encode(welcome)).toEqual(new Encoder().encode(welcome));
});
