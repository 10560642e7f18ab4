// The topics of the job's log, and the newest records of one.

import { card, el, keyed, setAttribute, setText, table } from '../dom.js';
import { act, get } from '../api.js';
import { ask } from '../dialog.js';
import { bytes, count, moment, none } from '../format.js';

export function topicsView(jobPath, pipeline) {
    const topics = table(
        'Topics',
        [
            { head: 'topic', text: topic => topic.name },
            { head: 'partitions', text: topic => count(topic.partitions.length), number: true },
            {
                head: 'records',
                text: topic => count(recordsOf(topic.partitions)),
                number: true,
            },
            { head: 'start offsets', text: topic => offsets(topic, 'start'), wide: true },
            { head: 'end offsets', text: topic => offsets(topic, 'end') },
            {
                head: 'delete',
                make: () => [deleteButton()],
                update: (cell, topic) => {
                    cell.firstChild.topic = topic;
                    cell.firstChild.hidden = !mayAct;
                    setAttribute(cell.firstChild, 'aria-label', `Delete topic ${topic.name}`);
                },
            },
        ],
        topic => topic.name,
    );
    let mayAct = false;
    const result = el('p', { role: 'status' });

    function deleteButton() {
        const button = el('button', { type: 'button', hidden: true }, 'Delete…');
        button.addEventListener('click', () => remove(button.topic));
        return button;
    }

    function remove({ name, partitions }) {
        return ask({
            title: `Delete topic ${name}?`,
            text:
                `Its records (${count(recordsOf(partitions))}) and the offsets of its readers are deleted for good. ` +
                'A topic that a job or a pipeline needs is refused. Type the name of the topic to confirm it.',
            ok: 'Delete',
            confirms: true,
            then: async (token, named) => {
                const path = `${jobPath}/topics/${encodeURIComponent(name)}/delete?${new URLSearchParams({ name: named })}`;
                const done = await act(path, token);
                setText(result, `Topic ${done.topic} is deleted, with its records (${count(done.records)}).`);
            },
        });
    }

    const records = table(
        'Records',
        [
            { head: 'offset', text: record => count(record.offset) },
            { head: 'time (UTC)', text: record => moment(record.timestampMs), number: true },
            { head: 'key', text: record => record.key ?? none },
            { head: 'value', text: record => record.value ?? 'deleted' },
            { head: 'size', text: record => bytes(record.valueBytes), number: true },
        ],
        record => record.offset,
    );
    const topic = el('select', { id: 'topic' });
    const partition = el('input', { id: 'partition', type: 'number', min: 0, value: 0 });
    const from = el('input', { id: 'from', type: 'number', min: 0, placeholder: 'newest' });
    const key = el('input', { id: 'key', type: 'search', placeholder: 'any', spellcheck: 'false' });
    const error = el('p', { class: 'refused', role: 'alert' });
    const form = el(
        'form',
        { class: 'fields' },
        field('Topic', topic),
        field('Partition', partition),
        field('From offset', from),
        field('Key contains', key),
        el('button', { class: 'primary' }, 'Read'),
    );
    form.addEventListener('submit', event => {
        event.preventDefault();
        read();
    });
    const tail = card('Records', form, error, records.root);
    const note = el('p', { class: 'note' });
    records.update([], 'Nothing was read yet.');

    async function read() {
        const query = new URLSearchParams({ partition: partition.value, count: 50 });
        if (from.value) query.set('from', from.value);
        if (key.value) query.set('key', key.value);
        try {
            const found = await get(`${jobPath}/topics/${encodeURIComponent(topic.value)}/records?${query}`);
            records.update(
                found.records.toReversed(),
                key.value
                    ? `No key has this text, from offset ${count(found.from)} on: at most 100,000 records are searched.`
                    : 'There are no such records.',
            );
            setText(error, '');
        } catch (refused) {
            setText(error, refused.message);
        }
    }

    return {
        root: el('div', {}, card('Topics', note, result, topics.root), tail),
        needs: ['topics'],
        update({ parts, list }) {
            tail.hidden = !list.access.values;
            mayAct = list.access.actions;
            setText(
                note,
                list.access.values
                    ? ''
                    : 'Keys and values may be personal: they are shown where the dashboard is started with ShowsValues.',
            );
            if (!parts.topics) return;
            const own = found => (found.name.startsWith(`${pipeline}.`) ? 1 : 0); // the engine's own topics last
            const found = parts.topics.topics.toSorted((left, right) => own(left) - own(right));
            topics.update(found, 'The log has no topics.');
            keyed(
                topic,
                found,
                found => found.name,
                found => el('option', {}, found.name),
                () => {},
            );
        },
    };
}

function recordsOf(partitions) {
    return partitions.reduce((sum, found) => sum + found.end - found.start, 0);
}

function field(name, input) {
    return el('label', {}, name, input);
}

function offsets(topic, member) {
    const shown = topic.partitions
        .slice(0, 8)
        .map(found => count(found[member]))
        .join(' · ');
    return topic.partitions.length > 8 ? `${shown} …` : shown;
}
