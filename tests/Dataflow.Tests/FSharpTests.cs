using System.Buffers;
using System.Text;
using Dataflow.FSharp;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;

namespace Dataflow.Tests;

/// <summary>Programs in F# call the same verbs, and their records go through state and topics.</summary>
public class FSharpTests
{
    [Fact]
    public async Task A_pipeline_of_windows_gives_its_rows()
    {
        var sums = await Orders.windows();

        Assert.Equal(
            ["00:00 CUPS 1 1", "00:00 TEA 6 4", "00:10 TEA 8 8"],
            sums.Select(sum => $"{sum.From:HH:mm} {sum.Of} {sum.Total} {sum.Largest}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Records_are_kept_in_state_and_restored()
        => Assert.Equal(
            ["cups 1 1", "cups 2 1", "rum 1 0", "rum 2 0", "tea 1 2", "tea 2 4", "tea 3 8", "tea 4 2", "tea 5 4", "tea 6 8"],
            (await Orders.states()).Order(StringComparer.Ordinal));

    [Fact]
    public void A_record_is_written_by_the_names_of_its_members_with_options_and_lists()
    {
        var note = new Note(FSharpOption<string>.Some("late"), ListModule.OfSeq(["a", "b"]), (1, "left"));
        var bytes = new ArrayBufferWriter<byte>();
        Serde<Note>.Default.Write(note, bytes);

        Assert.Equal(note, Serde<Note>.Default.Read(bytes.WrittenMemory));
        Assert.Contains("Text", Encoding.Latin1.GetString(bytes.WrittenSpan), StringComparison.Ordinal);
        Assert.DoesNotContain("Text@", Encoding.Latin1.GetString(bytes.WrittenSpan), StringComparison.Ordinal);
    }

    [Fact]
    public void A_map_and_a_union_are_refused()
    {
        Assert.StartsWith(
            "Type Stock: member 'Pieces' is FSharpMap<String, Int32>, whose fields are filled in only while .NET serializes it",
            FaultOf<Stock>(), StringComparison.Ordinal);
        Assert.StartsWith("Type Bill: member 'Paid' is declared as abstract Payment", FaultOf<Bill>(), StringComparison.Ordinal);

        static string FaultOf<T>()
            => Assert.Throws<PlanException>(() => Serde<T>.Default.Write(default!, new ArrayBufferWriter<byte>())).Message;
    }
}
