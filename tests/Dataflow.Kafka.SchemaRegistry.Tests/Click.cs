using Avro;
using Avro.Specific;

namespace Dataflow.Kafka.Tests;

/// <summary>A class as Avro's tools make it of a schema.</summary>
public sealed class Click : ISpecificRecord
{
    public const string Text =
        """
        {"type":"record","name":"Click","namespace":"Dataflow.Kafka.Tests","fields":[
          {"name":"Page","type":"string"},{"name":"Ms","type":"long"},
          {"name":"Tags","type":{"type":"array","items":"string"},"default":[]},
          {"name":"User","type":["null","string"],"default":null}]}
        """;

    /// <summary>Before there were tags and users, and with a number of other size.</summary>
    public const string Older =
        """
        {"type":"record","name":"Click","namespace":"Dataflow.Kafka.Tests","fields":[
          {"name":"Page","type":"string"},{"name":"Ms","type":"int"}]}
        """;

    /// <summary>With a field that this class does not know.</summary>
    public const string Newer =
        """
        {"type":"record","name":"Click","namespace":"Dataflow.Kafka.Tests","fields":[
          {"name":"Session","type":{"type":"record","name":"Session","fields":[{"name":"Id","type":"string"},{"name":"Steps",
            "type":{"type":"map","values":"double"}}]}},
          {"name":"Page","type":"string"},{"name":"Ms","type":"long"},
          {"name":"Tags","type":{"type":"array","items":"string"}},
          {"name":"User","type":["null","string"]}]}
        """;

    public static readonly Schema TheSchema = Schema.Parse(Text);

    public string Page { get; set; } = "";

    public long Ms { get; set; }

    public IList<string> Tags { get; set; } = [];

    public string? User { get; set; }

    public Schema Schema => TheSchema;

    public object? Get(int fieldPos) => fieldPos switch { 0 => Page, 1 => Ms, 2 => Tags, _ => User };

    public void Put(int fieldPos, object? fieldValue)
    {
        if (fieldPos == 0) Page = (string)fieldValue!;
        else if (fieldPos == 1) Ms = (long)fieldValue!;
        else if (fieldPos == 2) Tags = (IList<string>)fieldValue!;
        else User = (string?)fieldValue;
    }

    public override string ToString() => $"{Page} {Ms} [{string.Join(' ', Tags)}] {User}";
}
