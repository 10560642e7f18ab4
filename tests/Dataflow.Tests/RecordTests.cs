namespace Dataflow.Tests;

/// <summary>Records and keyed values are compared, changed and printed by their parts.</summary>
public class RecordTests
{
    private static readonly Record<Keyed<string, int>> s_record = new(new("a", 1), 5, new RecordOrigin(2, 3));

    [Fact]
    public void Are_equal_where_all_parts_are()
    {
        Assert.Equal(s_record, new(new("a", 1), 5, new RecordOrigin(2, 3)));
        Assert.NotEqual(s_record, s_record with { Value = new("b", 1) });
        Assert.NotEqual(s_record, s_record with { Value = s_record.Value with { Value = 2 } });
        Assert.NotEqual(s_record, s_record with { Timestamp = 6 });
        Assert.NotEqual(s_record, s_record with { Origin = default });
    }

    [Fact]
    public void A_value_written_into_its_place_is_as_one_given_at_once()
    {
        Keyed<string, int>.Write("a", 1, ref Record<Keyed<string, int>>.Begin(5, new RecordOrigin(2, 3), out var record));

        Assert.Equal(s_record, record);
        Assert.Equal(("a", 1), (record.Value.Key, record.ValueRef().ValueRef()));
    }

    [Fact]
    public void Are_printed_with_their_parts()
        => Assert.StartsWith(
            "Record { Value = Keyed { Key = a, Value = 1 }, Timestamp = 5, Origin = ", s_record.ToString(), StringComparison.Ordinal);

    [Fact]
    public void Its_time_is_its_timestamp_as_a_date_and_its_text_is_there_whatever_the_timestamp()
    {
        Assert.Equal(new DateTimeOffset(2026, 7, 1, 12, 30, 0, 5, TimeSpan.Zero), new Record<int>(1, 1_782_909_000_005, default).Time);
        Assert.Contains($"Timestamp = {long.MaxValue}", new Record<int>(1, long.MaxValue, default).ToString(), StringComparison.Ordinal);
    }
}
