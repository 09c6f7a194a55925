// Two runs of one thread with AG-UI's own client, and one without a right to it: node run.mjs URL TOKEN
import { HttpAgent } from "@ag-ui/client";

const [url, token] = process.argv.slice(2);
const agent = new HttpAgent({ url, threadId: "s1", headers: { Authorization: `Bearer ${token}` } });
const kinds = [];
let products = [];
const answers = [];
for (const content of ["boots", "hats"]) {
  agent.addMessage({ id: `message-${content}`, role: "user", content });
  const { newMessages } = await agent.runAgent({}, {
    onEvent: ({ event }) => void kinds.push(event.type),
    onCustomEvent: ({ event }) => {
      if (event.name === "shop.products") products = event.value.products;
    },
  });
  answers.push(...newMessages.map((message) => message.content));
}
const stranger = new HttpAgent({ url, threadId: "s1" });
stranger.addMessage({ id: "message-3", role: "user", content: "boots" });
let refused = 200;
await stranger.runAgent({}, {
  onRunFailed: ({ error }) => {
    refused = error.status;
    return { stopPropagation: true };
  },
});
console.log(JSON.stringify({ kinds, products, answers, state: agent.state, refused }));
