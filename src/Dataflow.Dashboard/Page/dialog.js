// Asks for a token, and says what became of it.

import { setText } from './dom.js';

const at = id => document.getElementById(id);

/** Asks until what follows succeeds or the reader gives up; returns whether it succeeded. */
export function ask({ title, text, ok, then }) {
    const [dialog, token, error] = [at('dialog'), at('dialogToken'), at('dialogError')];
    setText(at('dialogTitle'), title);
    setText(at('dialogText'), text);
    setText(at('dialogOk'), ok);
    setText(error, '');
    token.value = '';
    dialog.showModal();
    token.focus();
    return new Promise(done => {
        const listening = new AbortController();
        const finish = result => {
            listening.abort();
            dialog.close();
            token.value = '';
            done(result);
        };
        const listen = (node, event, handle) => node.addEventListener(event, handle, { signal: listening.signal });
        listen(at('dialogCancel'), 'click', () => finish(false));
        listen(dialog, 'cancel', event => {
            event.preventDefault();
            finish(false);
        });
        listen(dialog.firstElementChild, 'submit', async event => {
            event.preventDefault();
            try {
                await then(token.value);
                finish(true);
            } catch (refused) {
                setText(error, refused.message);
            }
        });
    });
}
