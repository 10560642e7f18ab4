using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Dataflow.Tests.Serialization.Generated;

/// <summary>Types that rows are made of in different ways.</summary>
internal static class RowKinds
{
    public enum Level
    {
        Red = 1,
        Blue = 2,
    }

    [DataflowRecord]
    public sealed record Named(
        int Id, string Text, Level Level, string? Note = "none", Level? Maybe = Level.Blue, double Rate = -2.5, DateTime Since = default,
        decimal? Price = 1.5m, char Letter = 'x', Guid? Key = null)
    {
        [JsonPropertyName("größe")]
        [JsonPropertyOrder(-1)]
        public long Size { get; init; }

        [JsonIgnore]
        public string Hidden { get; set; } = "hidden";

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Rare { get; set; }

        [JsonRequired]
        public int? Needed { get; set; }

        public required string? Given { get; init; }

        public string Both => Text + Note;

        [field: AllowNull]
        [AllowNull]
        public string Filled
        {
            get => field ?? "";
            set;
        }
    }

    [DataflowRecord]
    public readonly record struct Point(int X, decimal? Y, Level Level);

    [DataflowRecord]
    public struct Plain
    {
        public int Id;
        public string? Name;

        public double Rate { get; set; }

        public TimeSpan Span { readonly get; init; }
    }

    public abstract class Base
    {
        public int Id { get; set; }

        public string Name { get; protected set; } = "base";
    }

    [DataflowRecord]
    public sealed class Derived : Base
    {
        public List<Point> Points { get; set; } = [];

        public Dictionary<string, Named?> Known { get; init; } = [];

        public IReadOnlyList<int>? Numbers { get; set; }

        public HashSet<Level>? Levels { get; set; }

        public int[][]? Squares { get; set; }

        public DateTimeOffset At { get; set; }

        public Utf8 Slice { get; set; }
    }

    [DataflowRecord]
    public sealed record Checked
    {
        public Checked(int value, string text)
        {
            Value = value >= 0 ? value : throw new ArgumentException("below 0");
            Text = text;
        }

        public int Value { get; }

        public string Text { get; set; }
    }

    [DataflowRecord]
    public sealed record Converted([property: JsonConverter(typeof(JsonStringEnumConverter<Level>))] Level Level, int Id);

    [DataflowRecord]
    public sealed class Ambiguous
    {
        public Ambiguous(int id) => Id = id;

        public Ambiguous(string id) => Id = id.Length;

        public int Id { get; set; }
    }
}
