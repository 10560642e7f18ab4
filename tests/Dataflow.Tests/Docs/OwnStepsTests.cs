namespace Dataflow.Tests.Docs;

public class OwnStepsTests
{
    [Fact]
    public async Task A_house_of_own_steps_gives_the_same_results_though_its_job_was_dropped_in_the_middle()
    {
        var output = await Example.RunAsync("OwnSteps");

        Assert.Equal(
            """
            How much the difference between ceiling and floor changed in each hour:
            Last seen in the attic: 3.9 degrees.
            Last seen in the cellar: 6.6 degrees.
            Tariff of 04:30 to 22:00, attic: 0.1 degrees.
            Tariff of 04:30 to 22:00, cellar: 1.4 degrees.
            Tariff of 22:00 to 04:30, attic: 4.0 degrees.
            Tariff of 22:00 to 04:30, cellar: 8.0 degrees.
            The attic is silent since 02:00.
            The attic is silent since 05:10.
            The cellar is silent since 05:59.
            attic 00:00, 60 readings ####
            attic 01:00, 60 readings ###########
            attic 02:00, 16 readings #############
            attic 03:00, 60 readings #########
            attic 04:00, 60 readings ##
            attic 05:00, 11 readings #
            cellar 00:00, 60 readings ########
            cellar 01:00, 60 readings ######################
            cellar 02:00, 60 readings ##########################
            cellar 03:00, 60 readings ###################
            cellar 04:00, 60 readings ####
            cellar 05:00, 60 readings #############
            """,
            string.Join('\n', output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)));
    }
}
