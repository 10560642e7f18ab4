using Dataflow.Codecs;
using Dataflow.Extensibility;
using Dataflow.Generators;
using Microsoft.CodeAnalysis;

namespace Dataflow.Tests.Serialization.Generated;

/// <summary>The compiler makes a codec of each type or tells why not, and keeps the models between two edits.</summary>
public class GeneratorTests
{
    private const string Click = "[DataflowRecord] public sealed record Click(long User, string? Page);";

    [Fact]
    public void An_edit_elsewhere_keeps_the_models_and_one_of_the_type_does_not()
    {
        var before = Compiled.Of(Click, "class Other { int Number => 1; }");
        var stop = TestContext.Current.CancellationToken;
        var driver = Compiled.Driver().RunGenerators(before, stop);

        Assert.Equal([IncrementalStepRunReason.Cached], Edited(1, "class Other { long Number => 2; void More() {} }"));
        Assert.Equal([IncrementalStepRunReason.Cached], Edited(0, $"// a line above\n{Click}\nclass Below;"));
        Assert.Equal([IncrementalStepRunReason.Modified], Edited(0, Click.Replace("long", "int", StringComparison.Ordinal)));

        IEnumerable<IncrementalStepRunReason> Edited(int file, string text)
            => ReasonsOf(driver.RunGenerators(before.ReplaceSyntaxTree(before.SyntaxTrees[file], Compiled.Parsed(text)), stop));
    }

    [Fact]
    public void A_file_is_made_for_each_type_and_names_that_look_alike_do_not_meet()
        => Assert.Equal(
            ["A_B_0C.g.cs", "A_D_1.g.cs", "A_0B_C.g.cs"],
            Compiled.Made(
                "namespace A { [DataflowRecord] public record B_C(int N); [DataflowRecord] public record D<T>(T Value); } "
                    + "namespace A_B { [DataflowRecord] public record C(int N); }"));

    [Theory]
    [InlineData("[DataflowRecord] public record Pair<T>(T Value); [DataflowRecord] public record Pair1(int N);")]
    [InlineData("[DataflowRecord] public record Order(int N); [DataflowRecord] public record ORDER(int N);")]
    [InlineData("namespace A_ { [DataflowRecord] public record B(int N); } namespace A { [DataflowRecord] public record _B(int N); }")]
    public void Two_types_whose_names_look_alike_both_have_a_codec(string file) => Assert.Equal(2, Compiled.Made(file).Count);

    [Theory]
    [InlineData("public class @class { [DataflowRecord] internal sealed class @event { public int @int; public int? @ref { get; } } }")]
    [InlineData("[DataflowRecord] public sealed record Node<T>(T Value, Node<T>? Next) where T : struct, IComparable<T>;")]
    [InlineData("[DataflowRecord] public sealed class Own { public int Form; public int Codec; public string? Api; public int Fields0; }")]
    [InlineData("namespace Dataflow.Generated.Inner { [DataflowRecord] public record struct Api(int N); }")]
    [InlineData("public class Outer<T> { [DataflowRecord] public sealed class Inner<U> { public T? A; public (T, U)[]? B; } }")]
    [InlineData("[DataflowRecord] public partial record struct Two(int A); public partial record struct Two { public int B; }")]
    [InlineData("[DataflowRecord] public sealed class @event { public int Number; }")]
    [InlineData("[DataflowRecord] public sealed record Node<@class>(@class Value, Node<@class>? Next) where @class : struct;")]
    [InlineData("public class Base<T> { public T? Kept; } [DataflowRecord] public sealed class Top<@in> : Base<@in> { public @in? Own; }")]
    [InlineData("[DataflowRecord] public sealed record Loose(dynamic One, List<dynamic> Many, dynamic[] Row);")]
    [InlineData("public interface IHas<T> { T N { get; } } [DataflowRecord] public class Has : IHas<int> { int IHas<int>.N { get; } }")]
    [InlineData("[DataflowRecord] public class @event { public required int[,] @int { get; init; } public int[]?[]? @in { get; set; } }")]
    [InlineData("[DataflowRecord] public struct Row { public Row(int @class) { } public required List<int[]>[] All { get; init; } }")]
    [InlineData("[DataflowRecord] public class Old { public int Now; [Obsolete(\"no\", true)] public int Then { get; set; } }")]
    [InlineData("public class Up { public int N { get; set; } } [DataflowRecord] public class Down : Up { public new long N; }")]
    public void What_is_made_compiles(string file) => Assert.Single(Compiled.Made(file));

    [Fact]
    public void Keys_of_several_parts_are_known_without_reflection()
    {
        var program = Compiled.Load(
            "using System; using Dataflow; public enum Side { Left } public class Shop { "
                + "public static void Open(Pipeline shop) => shop.From(Source.Of(new[] { 1, 2 })).KeyBy(number => (number, Side.Left)); "
                + "private class Own {} "
                + "static void Hide(Pipeline shop) => shop.From(Source.Of(new[] { 1 })).KeyBy(number => (new Own(), 2)); }");
        System.Runtime.CompilerServices.RuntimeHelpers.RunModuleConstructor(program.ManifestModule.ModuleHandle);

        Assert.NotNull(GeneratedCodecs.FindPart(program.GetType("Side")!));
        Assert.NotNull(program.GetType("Dataflow.Generated.Keys.Registration"));
    }

    // Without reflection a program has the codecs of those that the generator names.
    [Fact]
    public void Each_collection_that_reflection_writes_is_one_that_the_generator_knows()
    {
        var known = typeof(KnownCodecs).GetMethods().Where(static method => method.ReturnType is { IsGenericType: true } codec
            && codec.GetGenericArguments()[0].IsGenericType).Select(static method => method.ReturnType.GetGenericArguments()[0]).ToList();
        Type[] interfaces = [typeof(IEnumerable<>), typeof(IReadOnlyList<>), typeof(ISet<>), typeof(IReadOnlyDictionary<,>)];
        var definitions = known.Select(static type => type.GetGenericTypeDefinition()).Concat(interfaces).ToList();
        var members = definitions.Select(static (type, i) => $"public {NameOf(type)} M{i};");

        var program = Compiled.Load(
            $"public struct Only {{ }} [Dataflow.DataflowRecord] public class Holder {{ {string.Concat(members)} }}");
        System.Runtime.CompilerServices.RuntimeHelpers.RunModuleConstructor(program.ManifestModule.ModuleHandle);

        var only = program.GetType("Only")!;
        Assert.True(definitions.Count > 30);
        Assert.Equal([], definitions.Where(type => GeneratedCodecs.FindPart(
            type.MakeGenericType([.. type.GetGenericArguments().Select(_ => only)])) is null));

        static string NameOf(Type type)
            => $"{type.FullName!.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(static _ => "Only"))}>";
    }

    [Fact]
    public void A_codec_is_found_before_any_code_of_its_assembly_has_run_and_in_C_9()
    {
        var program = Compiled.Load(
            "[Dataflow.DataflowRecord] public class Order { public int? Number { get; set; } public string Item; public int[] All; } "
                + "[Dataflow.DataflowRecord] public struct Pair<T> { public T Left; public System.DayOfWeek Day { get; } }");

        Assert.NotNull(Dataflow.Codecs.GeneratedCodecs.Find(program.GetType("Order")!));
        Assert.NotNull(Dataflow.Codecs.GeneratedCodecs.Find(program.GetType("Pair`1")!.MakeGenericType(typeof(int))));
    }

    [Theory]
    [InlineData(
        "class Shop { [DataflowRecord] private sealed record Order(int Number); }",
        "DATAFLOW002: Order is hidden from the rest of the project, and so from its codec. Make it internal or public, with the types that "
            + "it is declared in.")]
    [InlineData(
        "class Shop { private enum Kind { } [DataflowRecord] internal sealed class Order { [Key(0)] private Kind Kind; } }",
        "DATAFLOW002: Kind is hidden from the rest of the project, and so from its codec. Make it internal or public, with the types that "
            + "it is declared in.")]
    [InlineData(
        "[DataflowRecord] public abstract record Shape(int Number);",
        "DATAFLOW003: Shape is abstract, which does not say what a value holds. Put [DataflowRecord] on the types that derive from it, and "
            + "name those with [Union] or Serde.Polymorphic.")]
    [InlineData(
        "[DataflowRecord] public ref struct Slice { public int Number; }",
        "DATAFLOW003: Slice is a place in memory, which means nothing after a restart. Remove [DataflowRecord].")]
    [InlineData(
        "[DataflowRecord] public unsafe struct Slice { public int* Number; }",
        "DATAFLOW003: Slice holds a place in memory in 'Number', which means nothing after a restart. Leave it out with [IgnoreMember].")]
    [InlineData(
        "[DataflowRecord] public unsafe class Slices { public List<int*[]>? All; }",
        "DATAFLOW003: Slices holds a place in memory in 'All', which means nothing after a restart. Leave it out with [IgnoreMember].")]
    [InlineData(
        "[DataflowRecord] public class Numbers : List<int> { }",
        "DATAFLOW004: Numbers derives from List of another project, whose fields the compiler does not show. Remove [DataflowRecord]: the "
            + "type is written by reflection.")]
    [InlineData(
        "[DataflowRecord] public class Order(int number) { public int Double => number * 2; }",
        "DATAFLOW005: Order uses the parameter 'number' of its constructor after construction. Keep it in a field or property: what the "
            + "compiler keeps it in cannot be named.")]
    [InlineData(
        "[DataflowRecord] public record Order(int Number, object? Anything);",
        "DATAFLOW006: Member 'Anything' is declared as object, which does not say what a value holds. Declare the type itself, or give the "
            + "pipeline UseSerde(Serde.Polymorphic<object>(...)) with the types that there are.")]
    [InlineData(
        "[DataflowRecord] public record Order(int Number, dynamic? Anything);",
        "DATAFLOW006: Member 'Anything' is declared as object, which does not say what a value holds. Declare the type itself, or give the "
            + "pipeline UseSerde(Serde.Polymorphic<object>(...)) with the types that there are.")]
    [InlineData(
        "[DataflowRecord] public record Order(int Number, List<PriorityQueue<int, int>> Queues);",
        "DATAFLOW006: Member 'Queues' is PriorityQueue<int, int>, a type of .NET that has no form which can be written. Leave it out with "
            + "[IgnoreMember], keep what it is made of instead, or give the pipeline UseSerde(...) for it.")]
    [InlineData(
        "[DataflowRecord] public class Order { public Action<int>? Changed { get; set; } }",
        "DATAFLOW006: Member 'Changed' is code (Action<int>), which has no bytes. Leave it out with [IgnoreMember], or keep what it is "
            + "chosen by.")]
    [InlineData(
        "[DataflowRecord] public record Order([property: Key(0)] int Number, int Total);",
        "DATAFLOW007: Order is written as a map by name, not as an array by place: 'Total' has no [Key(n)]. Give each member one, "
            + "or none.")]
    [InlineData(
        "[DataflowRecord] public record Order([property: Key(0)] int Number, [property: Key(0)] int Total);",
        "DATAFLOW007: Order is written as a map by name, not as an array by place: two members have [Key(0)]. Give each another number.")]
    public async Task Each_fault_is_told_with_what_to_do(string file, string fault)
        => Assert.Equal([fault], await Compiled.DiagnosticsAsync(file));

    [Theory]
    [InlineData("[DataflowRecord] public class Order(int number) { public int Number { get; } = number; private int _two = number; }")]
    [InlineData("[DataflowRecord] public class Order(int number) { public int Number = number; string Name() => nameof(number); }")]
    [InlineData("[DataflowRecord] public class Order { [IgnoreMember] public object? Anything { get; set; } public int[,]? Sizes; }")]
    [InlineData("[DataflowRecord] public record Order(IReadOnlyList<Dictionary<string, Uri>> A, IDictionary<int, Version> B);")]
    public async Task What_is_right_is_not_told_of(string file) => Assert.Empty(await Compiled.DiagnosticsAsync(file));

    private static IEnumerable<IncrementalStepRunReason> ReasonsOf(GeneratorDriver driver)
        => driver.GetRunResult().Results.Where(static of => of.TrackedSteps.ContainsKey(RecordGenerator.Models))
            .SelectMany(static of => of.TrackedSteps[RecordGenerator.Models]).SelectMany(step => step.Outputs)
            .Select(output => output.Reason);
}
