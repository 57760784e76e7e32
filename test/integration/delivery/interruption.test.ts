import { afterEach, describe, expect, it, vi } from 'vitest';
import { ada, type Node, openNode } from '../../support/deliveryNode.ts';

let node: Node;
afterEach(() => node.close());

describe('an interruption', () => {
  it('survives a log that breaks off: nothing is lost when it is back', async () => {
    node = await openNode();
    const id = await node.story.start(ada);
    const client = node.server.connect('ada');
    await client.subscribe({ scope: 'conversation', id });
    await client.untilLive();
    node.stores.log.breakOff();
    await vi.waitFor(() => expect(node.server.delivery.health().state).toBe('interrupted'));
    node.stores.log.mend();
    const posted = [await node.story.post(id, ada, '1'), await node.story.post(id, ada, '2')];
    await client.untilThrough(posted[1] ?? '');
    expect(client.positions()).toEqual(posted);
    expect(node.server.delivery.health()).toMatchObject({ state: 'running', reason: null });
  });
});
