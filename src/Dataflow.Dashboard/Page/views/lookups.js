// Tables, features and indexes that the pipeline offers: their definitions, and a form that asks each.

import { get } from '../api.js';
import { card, el, keyed, setText, table } from '../dom.js';
import { count, moment, none, number, percent } from '../format.js';
import { drifted, samplesOf } from './samples.js';

export function lookupsView(jobPath) {
    const root = el('div');
    const empty = el('p', { class: 'empty' }, 'The pipeline offers nothing to look up: see Pipeline.Offer.');
    return {
        root,
        needs: ['lookups'],
        update({ parts, list }) {
            const found = parts.lookups?.lookups;
            if (!found) return;
            if (found.length === 0) root.append(empty);
            keyed(
                root,
                found,
                lookup => lookup.name,
                lookup => create(jobPath, lookup),
                (node, lookup) => node.show(lookup, list.access.values),
            );
        },
    };
}

function create(jobPath, lookup) {
    const note = el('p', { class: 'note' });
    const fields = fieldsTable(lookup.name);
    const samples = samplesOf(lookup.name);
    const form = askForm(jobPath, lookup);
    const hasFields = lookup.fields.length > 0;
    const node = card(lookup.name, note, hasFields ? fields.root : null, hasFields ? samples.root : null, form.root);
    node.show = (now, showsValues) => {
        setText(note, noteOf(now, showsValues));
        form.root.hidden = !showsValues;
        fields.update(now.fields, '');
        if (hasFields) samples.update(now);
    };
    return node;
}

function noteOf({ samples }, showsValues) {
    const last = samples.at(-1);
    const sampled = last ? `Sample of ${count(last.entities)} entities, with the events up to ${moment(last.watermarkMs)} UTC. ` : '';
    return sampled + (showsValues ? '' : 'Values may be personal: they are shown where the dashboard is started with ShowsValues.');
}

function fieldsTable(name) {
    return table(
        `Definitions of ${name}`,
        [
            { head: 'name', text: field => field.name },
            { head: 'type', text: field => field.type },
            { head: 'definition', text: field => field.definition },
            { head: 'missing', text: field => shareOf(field.samples.at(-1)?.missing), number: true },
            { head: 'drift (index)', text: field => number(field.samples.at(-1)?.psi), number: true },
            {
                head: 'state',
                make: () => [el('span', { class: 'chip warn', hidden: true }, 'drifted')],
                update: (cell, field) => {
                    cell.firstChild.hidden = !(field.samples.at(-1)?.psi > drifted);
                },
            },
            { head: 'meaning', text: field => field.description, wide: true },
        ],
        field => field.name,
    );
}

const shareOf = value => (value === undefined ? none : percent(value));

function askForm(jobPath, lookup) {
    const question = el('input', { type: 'search', spellcheck: 'false', autocomplete: 'off' });
    const at = el('input', { placeholder: 'now', spellcheck: 'false', autocomplete: 'off' });
    const said = el('p', { class: 'note', role: 'status' });
    const answer = el('div');
    const form = el(
        'form',
        { class: 'fields' },
        el('label', {}, lookup.asks, question),
        lookup.takesTime ? el('label', {}, 'as of (UTC)', at) : null,
        el('button', { class: 'primary' }, 'Look up'),
    );
    form.addEventListener('submit', async event => {
        event.preventDefault();
        const query = new URLSearchParams({ question: question.value });
        if (at.value) query.set('at', at.value);
        try {
            const found = await get(`${jobPath}/lookups/${encodeURIComponent(lookup.name)}?${query}`);
            setText(said, found.note);
            answer.replaceChildren(answerTable(lookup.name, found));
        } catch (refused) {
            setText(said, refused.message);
            answer.replaceChildren();
        }
    });
    return { root: el('div', {}, form, said, answer) };
}

function answerTable(name, { columns, rows }) {
    const shown = table(
        `Answer of ${name}`,
        columns.map((head, i) => ({ head, text: row => row.texts[i] || none })),
        row => row.place,
    );
    shown.update(rows.map((texts, place) => ({ texts, place })), 'Nothing was found.');
    return shown.root;
}
