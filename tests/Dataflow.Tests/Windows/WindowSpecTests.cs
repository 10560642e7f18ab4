namespace Dataflow.Tests.Windows;

public class WindowSpecTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(-1000)]
    [InlineData(0.5)]
    public void Refuses_a_size_that_is_not_a_positive_number_of_whole_milliseconds(double milliseconds)
    {
        var size = TimeSpan.FromMilliseconds(milliseconds);

        var error = Assert.Throws<ArgumentOutOfRangeException>(() => Tumbling.Every(size));

        Assert.Equal("size", error.ParamName);
        Assert.StartsWith(
            "A span of event time is at least one millisecond, in whole milliseconds.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_step_that_is_not_positive()
        => Assert.Equal(
            "every", Assert.Throws<ArgumentOutOfRangeException>(() => Hopping.Of(TimeSpan.FromSeconds(1), TimeSpan.Zero)).ParamName);

    [Fact]
    public void Refuses_a_step_longer_than_the_size()
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => Hopping.Of(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)));

        Assert.StartsWith(
            "Windows of 00:00:01 every 00:00:02 would leave gaps. Choose a step no longer than the size.", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Says_what_it_is()
    {
        Assert.Equal("tumbling 00:01:00", Tumbling.Every(TimeSpan.FromMinutes(1)).ToString());
        Assert.Equal("hopping 06:00:00 every 01:00:00", Hopping.Of(TimeSpan.FromHours(6), TimeSpan.FromHours(1)).ToString());
    }

    [Fact]
    public void A_window_knows_its_bounds_as_moments()
    {
        var window = new Window(-60_000, 60_000);

        Assert.Equal(DateTimeOffset.UnixEpoch.AddMinutes(-1), window.Start);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddMinutes(1), window.End);
    }
}
