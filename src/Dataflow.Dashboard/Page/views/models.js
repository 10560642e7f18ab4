// The account of models: what they were called for, what recorded results have saved, and which version is tried beside which.

import { card, el, setAttribute, setText, table } from '../dom.js';
import { count, none, number, percent, span } from '../format.js';

const isOfCalls = found =>
    found.name === 'dataflow.calls.reused' || (found.name.startsWith('dataflow.model.') && found.tag === null);

export function modelsView() {
    const models = table(
        'Models',
        [
            { head: 'model', text: row => row.model },
            { head: 'step', text: row => row.step },
            { head: 'calls', text: row => count(row.calls), number: true },
            { head: 'texts', text: row => count(row.texts), number: true },
            { head: 'tokens', text: row => known(row.tokens), number: true },
            { head: 'time', text: row => span(row.seconds * 1000), number: true },
            { head: 'for a text', text: row => (row.texts > 0 ? span((row.seconds * 1000) / row.texts) : none), number: true },
            { head: 'texts saved', text: row => count(row.textsSaved), number: true },
            { head: 'tokens saved', text: row => known(row.tokensSaved), number: true },
            {
                head: 'saved of all texts',
                make: () => [el('span', { class: 'share' }, el('span', { class: 'meter' }, el('i', { class: 'saved' })), el('span'))],
                update: savedShare,
            },
        ],
        row => `${row.step}\n${row.model}`,
    );
    const versions = table(
        'Versions of models',
        [
            { head: 'version', text: row => row.version },
            { head: 'step', text: row => row.step },
            {
                head: 'now',
                make: () => [el('span')],
                update: (cell, row) => {
                    const [text, tone] = row.answers ? ['answers', 'good'] : row.isTried ? ['in trial', 'warn'] : ['waits', 'plain'];
                    setText(cell.firstChild, text);
                    setAttribute(cell.firstChild, 'class', `chip ${tone}`);
                },
            },
            { head: 'texts compared', text: row => count(row.compared), number: true },
            { head: 'failed', text: row => count(row.failed), number: true },
            {
                head: 'same nearest texts',
                text: row => (row.sharedNeighbours === null ? none : percent(row.sharedNeighbours)),
                number: true,
            },
        ],
        row => `${row.step}\n${row.version}`,
    );
    const versionsCard = card(
        'Versions in trial',
        el('p', { class: 'note' }, 'How many of a text’s ten nearest are the same by the tried version as by the one that answers.'),
        versions.root,
    );
    const calls = table(
        'Calls out of the pipeline',
        [
            { head: 'step', text: row => row.step },
            { head: 'what', text: row => row.description },
            { head: 'value', text: row => number(row.value), number: true },
        ],
        row => `${row.step}\n${row.name}`,
    );
    return {
        root: el('div', {}, card('Models', models.root), versionsCard, card('Calls out of the pipeline', calls.root)),
        update({ view }) {
            models.update(view.models, 'No step calls a model.');
            versionsCard.hidden = view.modelVersions.length === 0;
            versions.update(view.modelVersions);
            calls.update(
                view.steps.flatMap(step =>
                    step.counters.filter(found => isOfCalls(found) && found.value > 0).map(found => ({ ...found, step: step.label })),
                ),
                'The pipeline calls nothing outside.',
            );
        },
    };
}

/** Tokens; a model that does not say how many it took counts none. */
const known = tokens => (tokens === 0 ? none : count(tokens));

function savedShare(cell, row) {
    const all = row.texts + row.textsSaved;
    const share = all > 0 ? row.textsSaved / all : 0;
    const [meter, text] = cell.firstChild.children;
    meter.firstChild.style.width = `${share * 100}%`;
    setText(text, all > 0 ? percent(share) : none);
}
