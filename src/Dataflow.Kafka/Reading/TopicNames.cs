using System.Globalization;
using System.Text.RegularExpressions;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Dataflow.Kafka;

/// <summary>The name of a topic, or an expression for the names of several, and how splits are named after them.</summary>
internal sealed class TopicNames(string text)
{
    private readonly Regex? _pattern = text.StartsWith('^')
        ? new Regex(text, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)) : null;

    public static string SplitOf(string topic, int partition) => $"kafka:{topic}[{partition}]";

    /// <summary>The partition that a split is named after.</summary>
    public static TopicPartition PartitionOf(string split)
    {
        var bracket = split.LastIndexOf('[');
        return new(split["kafka:".Length..bracket], int.Parse(split.AsSpan()[(bracket + 1)..^1], CultureInfo.InvariantCulture));
    }

    /// <summary>Finds the topics, by name.</summary>
    /// <exception cref="KafkaException">The cluster does not answer, or knows no topic of the name.</exception>
    /// <exception cref="ConnectorException">None matches.</exception>
    public IReadOnlyList<FoundTopic> Find(KafkaCluster kafka, IAdminClient admin, TimeSpan timeout)
    {
        var names = _pattern is null ? [text] : MatchesOf(admin.GetMetadata(timeout));
        if (names.Count == 0) throw KafkaErrors.NoTopic(kafka, this);
        try
        {
            var described = admin.DescribeTopicsAsync(
                TopicCollection.OfTopicNames(names), new DescribeTopicsOptions { RequestTimeout = timeout }).GetAwaiter().GetResult();
            return [.. described.TopicDescriptions.Select(FoundTopic.Of).OrderBy(static topic => topic.Name, StringComparer.Ordinal)];
        }
        catch (DescribeTopicsException error) // its own error has no code of the topic
        {
            throw new KafkaException(error.Results.TopicDescriptions.First(static topic => topic.Error.IsError).Error);
        }
    }

    public override string ToString() => text;

    private List<string> MatchesOf(Metadata metadata)
        => [.. metadata.Topics.Select(static topic => topic.Topic).Where(name => _pattern!.IsMatch(name))];
}

/// <summary>A topic as the cluster describes it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Id">Its identity, which a topic that is created anew under the same name does not have.</param>
/// <param name="Partitions">The number of its partitions.</param>
internal sealed record FoundTopic(string Name, TopicId Id, int Partitions)
{
    public static FoundTopic Of(TopicDescription topic)
        => new(topic.Name, new TopicId(topic.TopicId.MostSignificantBits, topic.TopicId.LeastSignificantBits), topic.Partitions.Count);
}

/// <summary>The identity of a topic.</summary>
internal readonly record struct TopicId(long High, long Low)
{
    /// <summary>Whether the cluster gives topics no identity.</summary>
    public bool IsNone => (High, Low) == (0, 0);

    public override string ToString() => $"{High:x16}{Low:x16}";
}
