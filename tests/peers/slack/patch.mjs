// What `emulate` 0.12.2 lacks for a client of Slack's own SDK, put into its source as it is loaded:
// GET on /api/* and parameters in the query (as AsyncWebClient sends them), a way to subscribe to events, the bot_id on
// what a bot posts (https://docs.slack.dev/reference/events/message/bot_message), and a look at what only one person
// sees: forms, App Homes and ephemeral messages.
import { registerHooks } from "node:module";

const patches = [
  ["async function parseSlackBody(c) {",
    `async function parseSlackBody(c) {
      const query = Object.fromEntries(new URL(c.req.url).searchParams);
      return c.req.method === "GET" ? query : { ...query, ...await parseSlackBodyAlone(c) };
    }
    async function parseSlackBodyAlone(c) {`],
  ["webhooks.setHeaderFactory((context) => slackWebhookHeaders(store, context));",
    `webhooks.setHeaderFactory((context) => slackWebhookHeaders(store, context));
     const post = app.post.bind(app);
     app.post = (path, handler) => {
       post(path, handler);
       if (path.startsWith("/api/")) app.get(path, handler);
     };
     post("/_subscribe", async (c) => {
       webhooks.register({ ...(await c.req.json()), events: ["message"], active: true, owner: "slack" });
       return c.json({ ok: true });
     });
     post("/_shown", async (c) => {
       const kept = getSlackStore(store);
       return c.json({ views: kept.views.all(), ephemeral: kept.ephemeralMessages.all() });
     });`],
  [`channel_id: ch.channel_id,
      user: authUserId,
      text: normalizedText.text,
      type: "message",
      thread_ts,`,
    `channel_id: ch.channel_id,
      user: authUserId,
      bot_id: ss().bots.all().find((bot) => bot.user_id === authUserId)?.bot_id,
      text: normalizedText.text,
      type: "message",
      thread_ts,`],
];

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    const source = loaded.source?.toString() ?? "";
    if (!url.includes("/emulate/dist/") || !source.includes("var slackPlugin = {")) return loaded;
    return {
      ...loaded,
      source: patches.reduce((text, [from, to]) => {
        if (!text.includes(from)) throw new Error(`emulate has changed: ${from}`);
        return text.replace(from, () => to);
      }, source),
    };
  },
});
