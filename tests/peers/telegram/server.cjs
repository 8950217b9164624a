// telegram-test-api on a port of its own (the first argument), with what it lacks put before its routes.
//
// From it: who wrote what, sendMessage, editMessageText, deleteMessage, the storage of what a bot said. Mended here,
// in the shapes of https://core.telegram.org/bots/api: getMe, dates in seconds, results that are never null,
// chat_instance, the offset of getUpdates, 409 beside a webhook, the webhook's secret header and that Telegram sends
// again what was not answered with 2xx. Added: media, getFile, typing, commands, limits, and faults on demand.
const { TelegramServer } = require('telegram-test-api/lib/telegramServer');
const express = require('express');

const server = new TelegramServer({ port: Number(process.argv[2]), host: '127.0.0.1', storeTimeout: 86400 });
const state = { calls: [], faults: [], commands: [], files: new Map(), pending: [], undelivered: [], notMembers: new Set() };
let fileNumber = 0;
let waiting = () => {};

const whole = { ok: true, result: true };
const refusal = (code, description, parameters) => ({ ok: false, error_code: code, description, parameters });
const asObject = (given) => (typeof given === 'string' ? JSON.parse(given) : given);

// What people do: to the webhook with its secret, or kept until it is confirmed by a later offset.
async function deliver(update) {
  const hook = Object.values(server.webhooks)[0];
  if (!hook) {
    state.pending.push(update);
    waiting();
    return 0;
  }
  const headers = { 'Content-Type': 'application/json' };
  if (hook.secret_token) headers['X-Telegram-Bot-Api-Secret-Token'] = hook.secret_token;
  let status = 0;
  try {
    status = (await fetch(hook.url, { method: 'POST', headers, body: JSON.stringify(update) })).status;
  } catch (away) {
    status = 0;
  }
  if (status < 200 || status > 299) state.undelivered.push(update);
  return status;
}

server.addUserUpdate = async (update) => {
  const made = TelegramServer.formatUpdate(update);
  server.updateId += 1;
  const said = made.message || made.callback_query.message;
  said.chat.type = said.chat.type || 'private';
  delete said.botToken;
  if (made.message) made.message.date = made.message.date || Math.floor(Date.now() / 1000);
  if (made.callback_query) made.callback_query.chat_instance = '1';
  return deliver(made);
};
server.editMessageText = (edit) => {
  const found = shown(edit.chat_id, edit.message_id);
  if (!found) return;
  const { text, entities, reply_markup: markup } = TelegramServer.normalizeMessage(edit);
  Object.assign(found.message, { text, entities, reply_markup: markup });
};

function shown(chat, message) {
  return server.storage.botMessages.find(
    (one) => String(one.messageId) === String(message) && String(one.message.chat_id) === String(chat),
  );
}

const app = express();
app.use(express.json({ limit: '10mb' }));
app.use(express.urlencoded({ extended: true, limit: '60mb' }));

// For tests: a person does something of any kind, what came of it, what the bot did, and what is to go wrong.
app.post('/_update', async (req, res) => res.json({ status: await deliver({ update_id: server.updateId++, ...req.body }) }));
app.post('/_say', async (req, res) => {
  const id = server.messageId++;
  const update = { update_id: server.updateId++, message: { ...req.body, message_id: id, date: Math.floor(Date.now() / 1000) } };
  res.json({ message_id: id, update, status: await deliver(update) });
});
app.post('/_redeliver', async (req, res) => {
  const again = state.undelivered.splice(0);
  for (const update of again) await deliver(update);
  res.json({ left: state.undelivered.length });
});
app.get('/_state', (req, res) => {
  const messages = server.storage.botMessages.map((one) => ({ id: one.messageId, ...one.message }));
  res.json({ ...state, files: undefined, messages, pending: state.pending.length, undelivered: state.undelivered.length });
});
app.post('/_faults', (req, res) => { state.faults.push(...req.body); res.json(whole); });
app.post('/_file', (req, res) => {
  const id = `file${++fileNumber}`;
  state.files.set(id, { ...req.body, content: Buffer.from(req.body.content || '', 'base64') });
  res.json({ file_id: id });
});
app.post('/_blocks', (req, res) => { state.notMembers.add(String(req.body.chat)); res.json(whole); });
app.post('/_opens', (req, res) => { state.notMembers.delete(String(req.body.chat)); res.json(whole); });
app.get('/file/bot:token/*', async (req, res) => {
  const file = state.files.get(req.params[0]);
  if (!file) return res.status(404).json(refusal(404, 'Not Found'));
  if (file.redirect) return res.redirect(302, file.redirect);
  if (file.slow) await new Promise((done) => setTimeout(done, file.slow * 1000));
  return res.type('application/octet-stream').send(file.content);
});
app.get('/_sent/:id', (req, res) => res.send(state.files.get(req.params.id).content));

// A scripted fault: of a method, perhaps in one chat, so many times; ``done`` says that it is done nevertheless.
async function fault(method, body, res, next) {
  const at = state.faults.findIndex((one) => one.method === method && (!one.chat || String(one.chat) === String(body.chat_id)));
  if (at < 0) return next();
  const found = state.faults[at];
  if (found.nth > 1) {
    found.nth -= 1;
    return next();
  }
  found.times = (found.times || 1) - 1;
  if (found.times <= 0) state.faults.splice(at, 1);
  if (found.done) await perform(method, body);
  if (found.hang) return undefined;
  if (found.cut) return res.socket.destroy();
  return res.status(found.status).json(refusal(found.status, found.description || 'scripted', found.parameters));
}

function perform(method, body) {
  if (method === 'sendMessage') server.addBotMessage({ ...body }, 'any');
}

// An answer in Telegram's shape: no null, times in seconds, of a message no more than its place and text.
function mended(answer) {
  if (!answer || !answer.ok) return answer;
  if (answer.result === null) return whole;
  if (!answer.result || !answer.result.message_id) return answer;
  const { message_id, date, chat, text } = answer.result;
  const { id } = chat;
  const of = { id, type: id < 0 ? 'supergroup' : 'private' };
  return { ok: true, result: { message_id, date: Math.floor(date / 1000), chat: of, text: text || undefined } };
}

async function formOf(req) {
  if (!(req.headers['content-type'] || '').startsWith('multipart/')) return req.body;
  const parts = [];
  for await (const part of req) parts.push(part);
  const form = await new Response(Buffer.concat(parts), { headers: { 'content-type': req.headers['content-type'] } }).formData();
  const body = {};
  for (const [name, value] of form) {
    body[name] = typeof value === 'string' ? value : { name: value.name, content: Buffer.from(await value.arrayBuffer()) };
  }
  return body;
}

function limits(method, body) {
  if (state.notMembers.has(String(body.chat_id))) return refusal(403, 'Forbidden: bot was blocked by the user');
  if (method === 'sendMessage' || method === 'editMessageText') {
    if (!(body.text || '').trim()) return refusal(400, 'Bad Request: message text is empty');
    if (body.text.length > 4096) return refusal(400, 'Bad Request: message is too long');
  }
  const rows = body.reply_markup ? asObject(body.reply_markup).inline_keyboard || [] : [];
  const tooLong = rows.flat().some((key) => Buffer.byteLength(key.callback_data || '') > 64);
  return tooLong ? refusal(400, 'Bad Request: BUTTON_DATA_INVALID') : null;
}

function sendMedia(kind, body, token) {
  const given = body[kind];
  if (typeof given === 'string' && given.includes('broken')) {
    return refusal(400, 'Bad Request: failed to get HTTP URL content');
  }
  let file = { url: given };
  if (typeof given !== 'string') {
    const id = `sent${++fileNumber}`;
    state.files.set(id, given);
    file = { id, name: given.name, size: given.content.length };
  }
  const kept = { ...body, entities: asObject(body.caption_entities), text: body.caption || '', file };
  delete kept[kind];
  return { ok: true, result: server.addBotMessage(kept, token) };
}

const own = {
  getMe: () => ({ ok: true, result: { id: 4242, is_bot: true, first_name: 'Pina', username: 'shop_bot' } }),
  getWebhookInfo: () => {
    const hook = Object.values(server.webhooks)[0] || {};
    const result = { url: hook.url || '', has_custom_certificate: false, pending_update_count: state.undelivered.length };
    return { ok: true, result };
  },
  sendChatAction: () => whole,
  setMyCommands: (body) => { state.commands = asObject(body.commands); return whole; },
  getFile: (body) => {
    const file = state.files.get(body.file_id);
    if (!file) return refusal(400, 'Bad Request: wrong file_id or the file is temporarily unavailable');
    if (file.content.length > 20 * 1024 * 1024) return refusal(400, 'Bad Request: file is too big');
    const path = file.path || body.file_id;
    return { ok: true, result: { file_id: body.file_id, file_unique_id: body.file_id, file_path: path } };
  },
  sendPhoto: (body, token) => sendMedia('photo', body, token),
  sendDocument: (body, token) => sendMedia('document', body, token),
  getUpdates: async (body) => {
    if (Object.keys(server.webhooks).length) {
      return refusal(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first");
    }
    const offset = Number(body.offset || 0);
    if (offset) state.pending = state.pending.filter((update) => update.update_id >= offset);
    if (!state.pending.length) {
      await new Promise((done) => { waiting = done; setTimeout(done, Math.min(Number(body.timeout || 0), 1) * 1000); });
    }
    return { ok: true, result: state.pending.slice(0, Number(body.limit || 100)) };
  },
};

app.use('/bot:token/:method', async (req, res, next) => {
  const { method, token } = req.params;
  req.body = await formOf(req);
  if (method !== 'getUpdates') {
    const { photo, document, ...said } = req.body;
    state.calls.push({ method, at: Date.now(), ...said });
  }
  const refused = limits(method, req.body);
  if (refused) return res.status(refused.error_code).json(refused);
  return fault(method, req.body, res, async () => {
    if (['editMessageText', 'deleteMessage'].includes(method) && !shown(req.body.chat_id, req.body.message_id)) {
      const what = method === 'deleteMessage' ? 'delete' : 'edit';
      return res.status(400).json(refusal(400, `Bad Request: message to ${what} not found`));
    }
    if (own[method]) {
      const answer = await own[method](req.body, token);
      return res.status(answer.error_code || 200).json(mended(answer));
    }
    const json = res.json.bind(res);
    res.json = (answer) => {
      if (answer && answer.ok === false) res.status(answer.error_code || 400);
      return json(mended(answer));
    };
    return next();
  });
});
app.use(server.webServer);
server.webServer = app;
server.start().then(() => process.stdout.write('listening\n'));
