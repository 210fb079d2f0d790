namespace RawMqtt.Tests;

public class SmokeTests
{
    [Fact]
    public void Runs() => Assert.Equal(2, (int)QualityOfService.ExactlyOnce);
}
