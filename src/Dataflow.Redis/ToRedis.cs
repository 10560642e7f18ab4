using System.ComponentModel;
using Dataflow.Features;

namespace Dataflow.Redis;

/// <summary>The verbs of Redis, as extension members of tables and feature views.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class RedisVerbs
{
    extension<TKey>(FeatureView<TKey> view)
        where TKey : notnull
    {
        /// <summary>Writes each entity's features to a hash, whenever events of the entity have arrived.</summary>
        /// <remarks>The hash <c>VIEW:KEY</c> has a field for each feature, empty where there is no value, and <c>@statuses</c> (in the
        /// order of the features, joined by commas), <c>@at</c>, <c>@watermark</c> (ms since the Unix epoch), <c>@split</c> and
        /// <c>@offset</c>: the quality of the values, and the input that they reflect. It changes as a whole. Values are as of the moment
        /// of writing. At least once: after a crash, everything since the last checkpoint is written again. Where Redis has come back
        /// empty, which the next checkpoint or start detects, all entities are written again; <c>view.UpdateAll()</c> does that at any
        /// time.</remarks>
        /// <param name="configuration">The configuration in the form of StackExchange.Redis: <c>localhost:6379,password=…</c>.</param>
        /// <exception cref="ConnectorException">The configuration is invalid; the message says which part.</exception>
        /// <example><code>
        /// var sales = byItem.FeatureView(
        ///     "sales", v => v.Aggregate("pieces", a => a.Sum(order => order.Pieces), [TimeSpan.FromHours(1)]));
        /// sales.ToRedis("localhost:6379"); // hashes sales:tea, sales:cups, …
        /// </code></example>
        public void ToRedis(string configuration)
        {
            ArgumentException.ThrowIfNullOrEmpty(configuration);
            var format = new FeatureFields([.. view.Features.Select(static feature => feature.Name)]);
            var keys = new HashKeys<TKey>(view.Name);
            view.Updates().Pairs.To(new RedisSink<Keyed<TKey, FeatureVector>>(
                view.Name,
                RedisConfiguration.Parse(view.Name, configuration),
                update => keys.Of(update.Key),
                update => format.Of(update.Value),
                view.UpdateAll));
        }
    }

    extension<TKey, TRow>(Table<TKey, TRow> table)
        where TKey : notnull
    {
        /// <summary>Writes each row to a hash, with a field for each public property, and deletes the hash when the row is
        /// deleted.</summary>
        /// <remarks>At least once, in the order of each key: after a crash, everything since the last checkpoint is written
        /// again.</remarks>
        /// <param name="configuration">The configuration in the form of StackExchange.Redis: <c>localhost:6379,password=…</c>.</param>
        /// <param name="name">The start of the hashes' keys: <c>NAME:KEY</c>.</param>
        /// <exception cref="ConnectorException">A property is neither number, text, <c>bool</c>, time nor enum; or the configuration is
        /// invalid.</exception>
        /// <example><code>
        /// byItem.ToTable().ToRedis("localhost:6379", "stock"); // hashes stock:tea, stock:cups, …
        /// </code></example>
        public void ToRedis(string configuration, string name)
        {
            ArgumentException.ThrowIfNullOrEmpty(configuration);
            ArgumentException.ThrowIfNullOrEmpty(name);
            var fields = RowFields<TRow>.Create();
            var keys = new HashKeys<TKey>(name);
            table.Changes().Pairs.To(new RedisSink<Keyed<TKey, Change<TRow>>>(
                name,
                RedisConfiguration.Parse(name, configuration),
                change => keys.Of(change.Key),
                change => change.Value.HasNew ? fields.Of(change.Value.New) : null,
                () => throw RedisErrors.Refused(
                    name, "it has lost what was written before",
                    "Start the pipeline under a new name, so that all rows are written again.")));
        }
    }
}
