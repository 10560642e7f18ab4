using System.Buffers;
using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Dataflow.Codecs;
using Dataflow.Tests.Connectors;

namespace Dataflow.Tests.Serialization.Generated;

/// <summary>Rows and lines of types with the attribute are what reflection makes of them, errors included.</summary>
public sealed class RowFormTests : IDisposable
{
    private const int Values = 20;

    private static readonly IJsonTypeInfoResolver[] Made =
        [JsonTypeInfoResolver.Combine(new KnownJson(isAlone: false), JsonTypes.Reflected()), new KnownJson(isAlone: true)];

    private static readonly string[] Cells =
        ["", "1", "-7", "2.5", "1e3", "\"\"", "text", "true", "x", "Red", "blue", "2024-01-02T03:04:05Z", "1.02:03:04", "NA",
            "7f0c1d3e-52a0-4c83-9e0b-0a3b8f1c2d4e"];

    private readonly TemporaryFolder _folder = new();

    /// <summary>All types of this assembly with the attribute whose rows are made without reflection.</summary>
    public static TheoryData<Type> Types { get; } = [.. typeof(Scalars).Assembly.GetTypes()
        .Where(static type => type.IsDefined(typeof(DataflowRecordAttribute)) && !type.IsGenericTypeDefinition
            && type != typeof(Texts.Holder) && GeneratedCodecs.RowsOf(type) is not null)];

    [Fact]
    public void Types_of_all_common_kinds_have_one()
    {
        Type[] expected =
            [typeof(Scalars), typeof(PlacedInOrder), typeof(RowKinds.Named), typeof(RowKinds.Point), typeof(RowKinds.Derived),
                typeof(RowKinds.Checked)];
        Assert.DoesNotContain(expected, static type => GeneratedCodecs.RowsOf(type) is not { HasJson: true });
        Assert.False(GeneratedCodecs.RowsOf(typeof(RowKinds.Converted))!.HasJson);
        Assert.Null(GeneratedCodecs.RowsOf(typeof(RowKinds.Ambiguous)));
        Assert.All(expected, static type => Assert.False(IsUnknown(type)));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Has_the_columns_that_reflection_finds(Type type) => Run(type, nameof(SameColumns));

    [Theory]
    [MemberData(nameof(Types))]
    public void Gives_the_properties_that_reflection_finds(Type type) => Run(type, nameof(SameProperties));

    [Theory]
    [MemberData(nameof(Types))]
    public void Reads_files_of_any_cells_as_reflection_does(Type type) => Run(type, nameof(SameRows));

    [Theory]
    [MemberData(nameof(Types))]
    public void Has_the_JSON_that_reflection_finds(Type type) => Run(type, nameof(SameJson));

    [Theory]
    [MemberData(nameof(Types))]
    public void Writes_random_values_as_reflection_does(Type type) => Run(type, nameof(SameText));

    [Theory]
    [MemberData(nameof(Types))]
    public void Reads_lines_with_members_changed_as_reflection_does(Type type) => Run(type, nameof(SameOfLines));

    public void Dispose() => _folder.Dispose();

    private static void SameColumns<T>(RowFormTests tests)
    {
        _ = tests;
        Assert.Equal(Members(RowShape<T>.ByReflection), Members(() => RowShape<T>.Instance));

        static string Members(Func<RowShape<T>> shape)
            => Try(shape) is ({ } found, _) ? string.Join('\n', found.Members) : Try(shape).Error!;
    }

    private static void SameProperties<T>(RowFormTests tests)
    {
        _ = tests;
        var (made, reflected) = (RowGetter.Of<T>(), RowGetter.ByReflection<T>());
        Assert.Equal(reflected.Select(Text), made.Select(Text));
        for (var seed = 0; seed < Values; seed++)
        {
            var value = RandomFields.Next<T>(seed);
            foreach (var (one, other) in reflected.Zip(made)) Assert.Null(Alike.Difference(Get(one, value), Get(other, value)));
        }

        static string Text(RowGetter property) => $"{property.Name} {property.Type}";
    }

    private static object? Get<T>(RowGetter property, T value)
    {
        var type = Nullable.GetUnderlyingType(property.Type) ?? property.Type;
        var name = type.IsValueType ? nameof(RowGetter.OfValue) : nameof(RowGetter.OfReference);
        return ((Delegate)typeof(RowGetter).GetMethod(name)!.MakeGenericMethod(type).Invoke(property, [])!)
            .DynamicInvoke(value);
    }

    private static void SameRows<T>(RowFormTests tests)
    {
        if (Try(() => RowShape<T>.Instance).Value is null) return;
        var random = new Random(1);
        var columns = RowShape<T>.Instance.Members.Select(static member => member.Name).ToArray();
        var rows = Enumerable.Range(0, 20 * Values).Select(i => string.Join(',', columns.Select(_ => Cells[random.Next(Cells.Length)])));
        var path = tests._folder.Write("a.csv", $"{string.Join(',', columns)}\n{string.Join('\n', rows)}\n");
        var options = new CsvOptions { NullWords = ["NA"] };

        Same(
            () => Reads.All(new CsvSource<T>(path, options, RowShape<T>.ByReflection())),
            () => Reads.All(new CsvSource<T>(path, options, RowShape<T>.Instance)));
    }

    private static void SameJson<T>(RowFormTests tests)
    {
        _ = tests;
        foreach (var made in Made)
        {
            if (IsUnknown<T>(made)) continue;
            Assert.Equal(Describe(JsonRows<T>.Reading, JsonTypes.Reflected()), Describe(JsonRows<T>.Reading, made));
            Assert.Equal(Describe(JsonRows<T>.Writing, JsonTypes.Reflected()), Describe(JsonRows<T>.Writing, made));
        }
    }

    private static void SameText<T>(RowFormTests tests)
    {
        _ = tests;
        foreach (var made in Made)
        {
            if (IsUnknown<T>(made) || Try(() => JsonRows<T>.Writing(JsonTypes.Reflected())).Value is not { } reflected) continue;
            for (var seed = 0; seed < Values; seed++)
            {
                var value = RandomFields.Next<T>(seed);
                Assert.Equal(Try(() => Text(value, reflected)), Try(() => Text(value, JsonRows<T>.Writing(made))));
            }
        }
    }

    private static void SameOfLines<T>(RowFormTests tests)
    {
        if (Try(() => JsonRows<T>.Writing(JsonTypes.Reflected())).Value is not { } writing) return;
        if (Try(() => JsonRows<T>.Reading(JsonTypes.Reflected())).Value is not { } reading) return;
        var texts = Enumerable.Range(0, Values).Select(seed => Try(() => Text(RandomFields.Next<T>(seed), writing)).Value)
            .Where(static text => text is not null and not "null").SelectMany(static (text, i) => Changed(text!, new Random(i)));
        var path = tests._folder.Write("a.jsonl", string.Join('\n', texts));
        foreach (var made in Made.Where(static made => !IsUnknown<T>(made)))
            Same(() => Lines(path, reading), () => Lines(path, JsonRows<T>.Reading(made)));
    }

    private static bool IsUnknown(Type type)
        => (bool)typeof(RowFormTests).GetMethods(BindingFlags.Static | BindingFlags.NonPublic)
            .Single(static method => method is { Name: nameof(IsUnknown), IsGenericMethod: true }).MakeGenericMethod(type)
            .Invoke(null, [Made[1]])!;

    // Without reflection some are refused.
    private static bool IsUnknown<T>(IJsonTypeInfoResolver made)
        => Try(() => JsonRows<T>.Writing(made)).Error?.Contains("is found by reflection", StringComparison.Ordinal) == true;

    // As it is, and with members that are missing, null, of another type, of other case, twice, and unknown.
    private static IEnumerable<string> Changed(string text, Random random)
    {
        yield return text;
        if (JsonNode.Parse(text) is not JsonObject { Count: > 0 } line) yield break;
        var name = line.ElementAt(random.Next(line.Count)).Key;
        yield return With(of => of.Remove(name));
        yield return With(of => of[name] = null);
        yield return With(of => of[name] = "x");
        yield return With(of => of[name] = 1.5);
        yield return With(of => of[name] = new JsonArray(1));
        yield return With(of => of["unknown"] = new JsonObject());
        yield return text.Replace($"\"{name}\"", $"\"{name.ToUpperInvariant()}\"", StringComparison.Ordinal);
        yield return $"{text[..^1]},\"{name}\":1}}";
        yield return "{}";

        string With(Action<JsonObject> change)
        {
            var changed = JsonNode.Parse(text)!.AsObject();
            change(changed);
            return changed.ToJsonString();
        }
    }

    private static (List<T> Values, List<string> Faults) Lines<T>(string path, JsonTypeInfo<T> json)
    {
        var (values, faults, buffer) = (new List<T>(), new List<string>(), new Record<T>[7]);
        using var reader = new JsonLinesReader<T>(
            "lines", new SourceSplit(0, 0, "lines", null), new LineReader(InputFile.OpenAsIs(path), path, 1 << 20), json);
        reader.OnReject = error => faults.Add(error.InnerException!.Message);
        while (!reader.IsFinished) values.AddRange(buffer[..reader.Read(buffer)].Select(record => record.Value));
        return (values, faults);
    }

    private static void Same<T>(Func<(List<T> Values, List<string> Faults)> reflected, Func<(List<T> Values, List<string> Faults)> made)
    {
        var (expected, error) = Try(reflected);
        var (found, other) = Try(made);
        Assert.Equal(error, other);
        Assert.Equal(expected.Faults, found.Faults);
        Assert.Null(Alike.Difference(expected.Values, found.Values));
    }

    private static string Text<T>(T value, JsonTypeInfo<T> json)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        JsonSerializer.Serialize(writer, value, json);
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    private static string Describe<T>(Func<IJsonTypeInfoResolver, JsonTypeInfo<T>> form, IJsonTypeInfoResolver types)
    {
        var (json, error) = Try(() => form(types));
        if (json is null) return error!;
        return string.Join('\n', json.Properties.Select(static of
            => $"{of.Name} {of.PropertyType} {of.Get is not null} {of.Set is not null} {of.IsRequired} {of.IsGetNullable} "
            + $"{of.IsSetNullable} {of.Order} {of.AssociatedParameter?.Name} {of.AssociatedParameter?.Position} "
            + $"{of.AssociatedParameter?.HasDefaultValue} {of.AssociatedParameter?.DefaultValue} {of.AssociatedParameter?.IsNullable}"));
    }

    private static (TResult? Value, string? Error) Try<TResult>(Func<TResult> work)
    {
        try
        {
            return (work(), null);
        }
        catch (Exception error) when (error is ConnectorException or JsonException or ArgumentException or NotSupportedException)
        {
            return (default, error.Message);
        }
    }

    private void Run(Type type, string test)
        => typeof(RowFormTests).GetMethod(test, BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod(type)
            .Invoke(null, BindingFlags.DoNotWrapExceptions, null, [this], null);
}
