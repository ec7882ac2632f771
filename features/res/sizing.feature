Feature: What a product asks of its relay
  Who plans a relay needs to know what one endpoint costs it, when nothing happens and when something does.

  @RES-03 @may @S10 @stimulus:any
  Rule: Bytes and connections at the relay are known for one endpoint and hour

    Scenario Outline: One endpoint, <condition>
      Given the product works in a closed network
      When the endpoint is watched: <condition>
      Then it is known what the relay carries for one endpoint: <condition>

      Examples:
        | condition |
        | idle      |
        | workload  |
