import { afterEach, describe, expect, it } from 'vitest';
import { ada, type Node, openNode } from '../../support/deliveryNode.ts';

let node: Node;
afterEach(() => node.close());

const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;

/** Whether the server still serves others. */
const expectServed = async (): Promise<void> => {
  const witness = node.server.connect('ada');
  expect(await witness.subscribe({ scope: 'queue' })).toMatchObject({ ok: true });
};

describe('hostile clients', () => {
  it('may send events of any name, of any shape, with and without wanting an answer', async () => {
    node = await openNode();
    const client = node.server.connect('ada');
    await client.untilOther('welcome');
    const names = [
      '__proto__',
      'constructor',
      'toString',
      'subscribe',
      'unsubscribe',
      'refresh',
      'error',
      '',
    ];
    const things = ['', ',null', `,${deep(20_000)}`, ',{"__proto__":1,"scope":"__proto__"}', ',1,2,3'];
    for (const name of names)
      for (const thing of things)
        for (const answered of ['', '7']) client.socket.io.engine.write(`2${answered}["${name}"${thing}]`);
    client.socket.emit('subscribe', { scope: 'queue' });
    expect(await client.ask('unsubscribe', null)).toEqual({ ok: true });
    expect(await client.subscribe(JSON.parse(deep(500)))).toMatchObject({ code: 'invalid' });
    expect(await client.ask('refresh', JSON.parse(deep(500)))).toMatchObject({ ok: false });
    await expectServed();
  });

  it.each([
    ...['9', '2{"a":1}', '2["', '51-["subscribe",{"_placeholder":true,"num":0}]', '40', 'x', '0{}', '0null'],
    ...['2["disconnect"]', '2[{}]', '2/other,["subscribe"]', '41', '3-1[]', `2["subscribe",${deep(30_000)}`],
  ])('may send what is no packet: %.60s', async (text) => {
    node = await openNode();
    const client = node.server.connect('ada');
    await client.untilOther('welcome');
    client.socket.io.engine.write(text);
    // Read by the server, one way or the other.
    const answered = client.ask('unsubscribe', { scope: 'queue' });
    await Promise.race([answered, client.untilOther('disconnect')]);
    await expectServed();
  });

  it('are cut off when they send without end', async () => {
    node = await openNode();
    const client = node.server.connect('ada');
    await client.untilOther('welcome');
    for (let n = 0; n < 20_000; n += 1) client.socket.emit('subscribe', { scope: 'queue' }, () => {});
    await client.untilOther('disconnect');
    await expectServed();
  });

  it('are cut off when they ask to be refused without end', async () => {
    node = await openNode();
    const client = node.server.connect('ada');
    await client.untilOther('welcome');
    for (let n = 0; n < 500; n += 1) client.socket.io.engine.write('0/elsewhere,');
    await client.untilOther('disconnect');
    await expectServed();
  });

  it('are cut off when they send too much at once', async () => {
    node = await openNode();
    const client = node.server.connect('ada');
    await client.untilOther('welcome');
    client.socket.emit('subscribe', 'x'.repeat(70_000));
    await client.untilOther('disconnect');
    await expectServed();
  });

  it('may acknowledge what they like', async () => {
    node = await openNode();
    const id = await node.story.start(ada);
    const client = node.server.connect('ada');
    await client.subscribe({ scope: 'conversation', id });
    for (const number of ['0', '1', '999999', '00', '4294967296'])
      client.socket.io.engine.write(`3${number}["x",{}]`);
    const position = await node.story.post(id, ada, 'still here');
    await client.untilThrough(position);
  });
});
