using System.Text.Json.Serialization;

namespace Dataflow.Serialization;

/// <summary>A schema under which values, or keys, were written to a topic.</summary>
/// <param name="Format">The version of this form.</param>
/// <param name="Topic">The topic's name.</param>
/// <param name="Identity">What tells the topic from others of its name.</param>
/// <param name="BeginsAnew">Whether nothing was left in the topic of what was written before.</param>
/// <param name="Schema">The schema.</param>
internal sealed record TopicSchema(int Format, string Topic, string Identity, bool BeginsAnew, ValueSchema Schema)
{
    public const int CurrentFormat = 2; // 1: of values only, which is read too

    private const int OldestFormat = 1;

    /// <summary>Whether it is that of the keys; otherwise of the values.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsOfKeys { get; init; }

    /// <summary>Whether this version can read it.</summary>
    [JsonIgnore]
    public bool IsReadable => Format is >= OldestFormat and <= CurrentFormat;
}
